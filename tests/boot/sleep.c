/* SPDX-License-Identifier: MIT */
/* sleep.c - boot tests of sleep and wake. */
#include "tests/boot/boot.h"

static volatile uint32_t words[4] __attribute__((aligned(64)));

static uint64_t now(void)
{
    return exo_now_ns(machine.page);
}

static void test_deadline(void)
{
    (void)exo_sleep(0, 0, 0); /* takes a wake that is left over */
    uint64_t start = now();

    expect(exo_sleep(0, 0, start + 5000000), 0, "sleep for 5 ms");
    uint64_t took = now() - start;

    check(took >= 5000000 && took < 500000000, "took %lu us", (unsigned long)took / 1000);
    start = now();
    expect(exo_sleep(0, 0, start - 1), 0, "a deadline in the past");
    expect(exo_sleep(0, 0, 0), 0, "deadline 0");
    check(now() - start < 100000000, "do not wait");
}

static void test_sleep_errors(void)
{
    struct exo_sleep_word word = {.address = (uint64_t)&words[0], .value = 0};
    struct exo_sleep_word two[2] = {word, word};

    expect(exo_sleep((uint64_t)&word, 5, 0), -EXO_E_ARG, "five words");
    expect(exo_sleep(8, 1, 0), -EXO_E_FAULT, "words that are not mapped");
    word.address += 2;
    expect(exo_sleep((uint64_t)&word, 1, 0), -EXO_E_ARG, "a word that is not aligned");
    word.address = EXO_USER_END;
    expect(exo_sleep((uint64_t)&word, 1, 0), -EXO_E_ARG, "a word in the kernel");
    word.address = 0x123400000000;
    expect(exo_sleep((uint64_t)&word, 1, 0), -EXO_E_FAULT, "a word that is not mapped");
    two[1].address = 0x123400000000;
    expect(exo_sleep((uint64_t)two, 2, 0), -EXO_E_FAULT, "the second of two is not mapped");
    words[0] = 5;
    word.address = (uint64_t)&words[0];
    word.value = 4;
    uint64_t start = now();

    expect(exo_sleep((uint64_t)&word, 1, start + 1000000000), 0, "a word that has changed already");
    check(now() - start < 500000000, "does not wait");
}

static void writer_body(struct child *child)
{
    for (uint64_t end = now() + 3000000; now() < end;)
        (void)exo_yield();
    words[child->value] = 77;
    child->step = 1;
}

/* Each of the four words is noticed. */
static void test_words(void)
{
    for (uint32_t i = 0; i < 4; i++) {
        struct child *child = child_make(writer_body, &(struct child_options){.slot = CAP_ROOT});
        struct exo_sleep_word list[4];

        for (uint32_t w = 0; w < 4; w++) {
            words[w] = 0;
            list[w] = (struct exo_sleep_word){.address = (uint64_t)&words[w], .value = 0};
        }
        child->value = i;
        child_run(child, 0);
        uint64_t start = now();

        expect(exo_sleep((uint64_t)list, 4, start + 2000000000), 0, "sleep on four words");
        check(words[i] == 77 && now() - start < 1500000000, "word %u woke us after %lu us", i,
              (unsigned long)(now() - start) / 1000);
        child_free(child);
    }
}

static void sleeper_body(struct child *child)
{
    for (;;) {
        (void)exo_sleep(0, 0, EXO_FOREVER);
        child->step++;
    }
}

static void test_wake(void)
{
    struct child *child =
        child_make(sleeper_body, &(struct child_options){.slot = CAP_ROOT, .open_events = 0x5});
    uint64_t id = child->env;

    child_run(child, 0);
    (void)exo_yield();
    expect((int64_t)child->step, 0, "it sleeps");
    expect(exo_wake(CAP_ROOT, id, 0), 0, "wake it");
    check(wait_for(&child->step, 1, 1000), "it goes on");
    expect(exo_wake(SLOT_CHILD, id, 0), -EXO_E_CAP, "wake what is not dominated");
    expect(exo_wake(SLOT_EMPTY, id, 0), -EXO_E_CAP, "wake without capability");
    expect(exo_wake(SLOT_EMPTY, id, 2), -EXO_E_CAP, "a bit that is not open");
    expect(exo_wake(SLOT_EMPTY, id, 3), -EXO_E_CAP, "an open bit and one that is not");
    expect(exo_wake(SLOT_EMPTY, id, 4), 0, "an open bit needs no capability");
    check(wait_for(&child->step, 2, 1000), "and wakes it");
    expect((int64_t)child->upcall->events, 4, "the bit is set");
    expect(exo_wake(CAP_ROOT, id, 1ull << 62), 0, "any bit with the capability");
    check(wait_for(&child->step, 3, 1000), "wakes it too");
    expect(exo_wake(CAP_ROOT, 4711, 0), -EXO_E_NONE, "wake no env");
    expect((int64_t)child->upcall->wakes, 3, "wakes are counted");
    child_free(child);
    /* A wake before the sleep is not lost. */
    expect(exo_wake(CAP_ROOT, machine.env, 0), 0, "wake oneself");
    uint64_t start = now();

    expect(exo_sleep(0, 0, start + 2000000000), 0, "then sleep");
    check(now() - start < 1000000000, "the wake was not lost");
}

void test_sleep(void)
{
    test_deadline();
    test_sleep_errors();
    test_words();
    test_wake();
}
