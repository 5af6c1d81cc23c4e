/* SPDX-License-Identifier: MIT */
/* time.c - boot tests of slices, yield, yield_to and alarm_set. */
#include "tests/boot/boot.h"

#define ROUNDS_MAX 10000 /* of the slice vector, until something has happened */

static void count_body(struct child *child)
{
    for (;;)
        child->step++;
}

static void test_positions(void)
{
    struct child *child = child_make(count_body, &(struct child_options){.slot = CAP_ROOT});
    uint64_t id = child->env;

    expect(exo_slice_set(SLOT_EMPTY, 0, 40, id), -EXO_E_CAP, "a position without capability");
    expect(exo_slice_set(SLOT_READER, 0, 40, id), -EXO_E_RIGHT,
           "a position without the time right");
    expect(exo_slice_set(SLOT_CHILD, 0, 40, id), -EXO_E_CAP,
           "a position for an env that is not dominated");
    expect(exo_slice_set(CAP_ROOT, 63, 40, id), -EXO_E_RANGE,
           "a position of a CPU that is not there");
    expect(exo_slice_set(CAP_ROOT, 0, 64, id), -EXO_E_ARG, "position 64");
    expect(exo_slice_set(CAP_ROOT, 0, 40, 999), -EXO_E_NONE, "a position for no env");
    expect(exo_slice_set(CAP_ROOT, 0, 40, id), 0, "take a position");
    check(machine.slices[40].env == id, "the table shows it");
    expect(exo_slice_set(SLOT_OTHER, 0, 40, 0), -EXO_E_CAP,
           "another's position cannot be given back");
    expect(exo_slice_set(CAP_ROOT, 0, 40, machine.env), 0, "re-point it");
    expect(exo_slice_set(CAP_ROOT, 0, 40, 0), 0, "give it back");
    expect((int64_t)machine.slices[40].guard_depth, 0, "the table shows it free");
    child_free(child);
}

/* Three slices of 10 ms: the env is told at their end, and others run although it never gives up by
 * itself. */
static void test_preemption(void)
{
    struct child *child = child_make(count_body, &(struct child_options){.slot = CAP_ROOT});
    uint64_t start = exo_now_ns(machine.page);

    child_run(child, 0);
    /* What it overstays (a busy host stops the whole machine) is taken off its next slices: no fixed number of rounds. */
    for (int i = 0; i < ROUNDS_MAX && child->upcall->slices < 3; i++)
        (void)exo_yield();
    child->upcall->masked = 0;
    uint64_t took = exo_now_ns(machine.page) - start;

    check(child->step > 0, "it ran");
    check(child->upcall->slices >= 3, "it had its slices: %lu",
          (unsigned long)child->upcall->slices);
    check(took >= 3 * (uint64_t)EXO_SLICE_NS * 9 / 10, "each was a slice long: %lu us",
          (unsigned long)took / 1000);
    check(child->upcall->slice_end_ns > start, "its end was announced");
    child_free(child);
}

static void unmasked_body(struct child *child)
{
    exo_unmask();
    count_body(child);
}

static void greedy_handler(struct exo_context *context)
{
    struct child *child = exo_self()->owner;

    if (context->vector == EXO_VECTOR_SLICE_END)
        child->value++; /* and does not yield */
}

static void test_slice_upcall(void)
{
    struct child *polite = child_make(unmasked_body, &(struct child_options){.slot = CAP_ROOT});
    struct child *greedy = child_make(
        unmasked_body, &(struct child_options){.slot = CAP_ROOT, .handler = greedy_handler});

    child_run(polite, 0);
    child_run(greedy, 0);
    for (int i = 0; i < ROUNDS_MAX && (polite->upcall->slice_upcalls < 2 || greedy->value < 2 ||
                                       greedy->upcall->preempted < 2);
         i++)
        (void)exo_yield();
    check(polite->upcall->slice_upcalls >= 2, "the polite env was told: %lu times",
          (unsigned long)polite->upcall->slice_upcalls);
    check(greedy->value >= 2, "the greedy env was told: %lu times", (unsigned long)greedy->value);
    check(greedy->upcall->preempted >= 2, "and preempted: %lu times",
          (unsigned long)greedy->upcall->preempted);
    check(greedy->upcall->overstay_ns > 0, "its overstay is counted: %lu us",
          (unsigned long)greedy->upcall->overstay_ns / 1000);
    child_free(polite);
    child_free(greedy);
}

static void prologue_handler(struct exo_context *context)
{
    struct child *child = exo_self()->owner;

    if (context->vector == EXO_VECTOR_SLICE_BEGIN) {
        child->traps++;
    } else if (context->vector == EXO_VECTOR_SLICE_END) {
        (void)exo_yield();
    }
}

/* Masked until it has seen the prologue of its first slice wait; then each is delivered. */
static void prologue_body(struct child *child)
{
    child->resume = child->upcall->pending & EXO_PENDING_SLICE_BEGIN;
    exo_unmask();
    count_body(child);
}

static void test_slice_flags(void)
{
    struct child *told =
        child_make(prologue_body, &(struct child_options){.slot = CAP_ROOT,
                                                          .flags = EXO_ENV_PROLOGUE,
                                                          .handler = prologue_handler});
    struct child *quiet = child_make(
        unmasked_body, &(struct child_options){.slot = CAP_ROOT, .flags = EXO_ENV_NO_EPILOGUE});

    child_run(told, 0);
    child_run(quiet, 0);
    for (int i = 0; i < ROUNDS_MAX && (told->traps < 4 || quiet->upcall->slices < 4); i++)
        (void)exo_yield();
    expect((int64_t)told->resume, EXO_PENDING_SLICE_BEGIN,
           "the first prologue found it masked, and was pending");
    check(told->traps >= 4, "an env is told when its slices begin: %lu", (unsigned long)told->traps);
    check(told->traps <= told->upcall->slices, "and of nothing else: %lu slices",
          (unsigned long)told->upcall->slices);
    check(quiet->upcall->slices >= 4 && quiet->step > 0,
          "one that has no epilogue runs and is taken off the CPU");
    expect((int64_t)quiet->upcall->slice_upcalls, 0, "without an upcall");
    expect((int64_t)quiet->upcall->preempted, 0, "which is no force");
    child_free(told);
    child_free(quiet);
}

static void donee_body(struct child *child)
{
    for (;;) {
        child->step++;
        (void)exo_yield();
    }
}

static void test_yield_to(void)
{
    struct child *child = child_make(donee_body, &(struct child_options){.slot = CAP_ROOT});

    expect(exo_yield_to(SLOT_EMPTY, child->env), -EXO_E_CAP, "yield_to without capability");
    expect(exo_yield_to(SLOT_CHILD, child->env), -EXO_E_CAP, "yield_to what is not dominated");
    expect(exo_yield_to(CAP_ROOT, 777), -EXO_E_NONE, "yield_to no env");
    expect(exo_yield_to(CAP_ROOT, machine.env), -EXO_E_BUSY, "yield_to oneself");
    for (int i = 1; i <= 5; i++) {
        expect(exo_yield_to(CAP_ROOT, child->env), 0, "yield_to");
        expect((int64_t)child->step, i, "the env ran at once, without a position of its own");
    }
    child_free(child);
}

static void alarm_body(struct child *child)
{
    exo_unmask();
    child->value = exo_now_ns(machine.page) + 2000000;
    (void)exo_alarm_set(child->value);
    child->step = 1;
    while (!child->traps)
        ;
    child->step = 2;
    (void)exo_mask();
    (void)exo_alarm_set(exo_now_ns(machine.page) + 1000000);
    while (!(child->upcall->pending &
             EXO_PENDING_ALARM)) /* the watchdog ends a run in which it never comes */
        (void)exo_null();
    child->value = child->upcall->pending;
    exo_unmask();
    child->step = 3;
}

static void test_alarm(void)
{
    struct child *child = child_make(alarm_body, &(struct child_options){.slot = CAP_ROOT});

    child_run(child, 0);
    check(wait_for(&child->step, 2, 1000), "the alarm came");
    expect(child->trap.vector, EXO_VECTOR_ALARM, "as an alarm upcall");
    check(wait_for(&child->step, 3, 1000), "the second one was pending");
    check(child->value & EXO_PENDING_ALARM, "its bit was set while masked");
    expect((int64_t)child->traps, 2, "it was delivered after unmasking");
    child_free(child);
}

void test_time(void)
{
    test_positions();
    test_preemption();
    test_slice_upcall();
    test_slice_flags();
    test_yield_to();
    test_alarm();
}
