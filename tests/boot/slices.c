/* SPDX-License-Identifier: MIT */
/* slices.c - boot tests of ends of slices at which the kernel switches by itself, from one env straight to the next. */
#include <stddef.h>
#include "tests/boot/boot.h"

#define FIRST     58  /* positions from here on are the tests' */
#define TURNS     8   /* of each position, until a test has seen enough */
#define TURNS_MAX 200 /* what is overstayed eats up some turns, not most */

static const struct child_options quiet = {.slot = CAP_ROOT, .flags = EXO_ENV_NO_EPILOGUE};
static uint32_t turns_before[4];

static void spin_body(struct child *child)
{
    for (;;)
        child->step++;
}

static uint32_t turns(uint32_t cpu, uint32_t i)
{
    return ((const volatile struct exo_slice *)&machine.slices[cpu * EXO_SLICE_COUNT + FIRST + i])->turns -
           turns_before[i];
}

static void positions_set(uint32_t cpu, uint32_t count, const struct child *const *child)
{
    for (uint32_t i = 0; i < count; i++) {
        turns_before[i] = 0;
        turns_before[i] = turns(cpu, i);
        int64_t error = exo_slice_set(CAP_ROOT, cpu, FIRST + i, child ? child[i]->env : 0);

        if (child)
            expect(error, 0, "a position");
    }
}

/* Until each position but those of `without` has had its turns. */
static bool all_had_turns(uint32_t cpu, uint32_t count, uint32_t without)
{
    bool all = false;

    while (!all && turns(cpu, 0) < TURNS_MAX) {
        (void)exo_yield();
        all = true;
        for (uint32_t i = 0; i < count; i++)
            all &= without >> i & 1 || turns(cpu, i) >= TURNS;
    }
    return all;
}

/* An env with two positions next to each other, and another behind it. */
static void test_neighbours(void)
{
    struct child *twice = child_make(spin_body, &quiet), *once = child_make(spin_body, &quiet);

    positions_set(0, 3, (const struct child *[]){twice, twice, once});
    bool all = all_had_turns(0, 3, 0);

    check(all, "each position of two neighbours and another had its turns: %u, %u, %u", turns(0, 0),
          turns(0, 1), turns(0, 2));
    positions_set(0, 3, NULL);
    child_free(twice);
    child_free(once);
}

static void sleeper_body(struct child *child)
{
    for (;;) {
        child->step++;
        (void)exo_sleep(0, 0, EXO_FOREVER);
    }
}

static void test_asleep(void)
{
    struct child *a = child_make(spin_body, &quiet), *b = child_make(spin_body, &quiet);
    struct child *asleep = child_make(sleeper_body, &quiet);

    positions_set(0, 4, (const struct child *[]){a, asleep, b, a});
    check(all_had_turns(0, 4, 1 << 1), "an env asleep between others is passed over");
    check(asleep->step == 1 && turns(0, 1) <= 1, "it had only the turn in which it fell asleep: %u",
          turns(0, 1));
    (void)exo_wake(CAP_ROOT, asleep->env, 0);
    check(wait_for(&asleep->step, 2, 20000), "woken, it has a turn");
    expect(exo_slice_set(CAP_ROOT, 0, FIRST + 2, 0), 0, "the other's position is empty now");
    positions_set(0, 2, (const struct child *[]){a, b});
    check(all_had_turns(0, 2, 0), "one without an env is passed over");
    positions_set(0, 4, NULL);
    child_free(a);
    child_free(b);
    child_free(asleep);
}

/* An alarm that comes while another one runs. */
static void alarm_body(struct child *child)
{
    exo_unmask();
    (void)exo_alarm_set(child->upcall->slice_end_ns + EXO_SLICE_NS / 2);
    while (!child->traps)
        child->value++;
    child->step = 1;
    for (;;)
        ;
}

static void told_handler(struct exo_context *context)
{
    struct child *child = exo_self()->owner;
    uint64_t left = child->upcall->slice_end_ns - exo_now_ns(machine.page);
    uint64_t over = child->upcall->overstay_ns - child->value; /* since its last slice began */

    if (context->vector != EXO_VECTOR_SLICE_BEGIN)
        return;
    child->traps++;
    child->value += over;
    /* A whole slice, overstayed on a busy host, was eaten up before. */
    child->resume |= over < EXO_SLICE_NS && (int64_t)left > (int64_t)(EXO_SLICE_NS - over);
}

static void told_body(struct child *child)
{
    child->upcall->pending = 0; /* the begin of this slice */
    exo_unmask();
    spin_body(child);
}

static void test_told(void)
{
    struct child *alarmed = child_make(alarm_body, &quiet), *other = child_make(spin_body, &quiet);
    struct child *begun = child_make(
        told_body, &(struct child_options){.slot = CAP_ROOT,
                                           .flags = EXO_ENV_NO_EPILOGUE | EXO_ENV_PROLOGUE,
                                           .handler = told_handler});
    struct child *greedy = child_make(
        told_body, &(struct child_options){
                       .slot = CAP_ROOT, .flags = EXO_ENV_PROLOGUE, .handler = told_handler});

    positions_set(0, 3, (const struct child *[]){alarmed, begun, other});
    check(wait_for(&alarmed->step, 1, 20000), "an alarm is told in the next slice");
    expect(alarmed->trap.vector, EXO_VECTOR_ALARM, "as an alarm");
    check(wait_for(&begun->traps, 3, 20000), "the begin of slices is told");
    expect((int64_t)begun->upcall->slice_upcalls, 0, "and their end is not");
    positions_set(0, 3, (const struct child *[]){other, greedy, begun});
    check(wait_for(&greedy->traps, 3, 20000), "an env that overstays goes on to have slices");
    check(greedy->upcall->preempted >= 2 && greedy->value >= 2 * EXO_OVERSTAY_NS && !greedy->resume,
          "they are shorter by what it overstayed: %lu us", (unsigned long)greedy->value / 1000);
    positions_set(0, 3, NULL);
    child_free(alarmed);
    child_free(other);
    child_free(begun);
    child_free(greedy);
}

/* Each has its own contents in what is not general registers, and looks at them for some slices; asleep in between if `resume`. */
static void keeper_body(struct child *child)
{
    const uint64_t mark = 0x5eed0000 + child->number;
    const uint32_t odd = 0x1f80 | (child->number & 3) << 13; /* rounding */
    const uint16_t control = (uint16_t)(0x37f | (child->number & 3) << 10);
    const bool keys = machine.page->features & EXO_FEATURE_PKU;
    const uint32_t rights = 3u << (2 * (child->number % 14 + 1));
    bool kept = true;

    __asm__ volatile("movq %0, %%xmm9\n\tldmxcsr %1\n\tfldcw %2\n\twrfsbase %0"
                     :
                     : "r"(mark), "m"(odd), "m"(control));
    if (keys)
        __asm__ volatile("wrpkru" : : "a"(rights), "c"(0), "d"(0));
    while (kept && child->upcall->slices < TURNS) {
        uint64_t xmm, fs;
        uint32_t mxcsr, pkru = rights;
        uint16_t word;

        __asm__ volatile("movq %%xmm9, %0\n\tstmxcsr %1\n\tfnstcw %2\n\trdfsbase %3"
                         : "=r"(xmm), "=m"(mxcsr), "=m"(word), "=r"(fs));
        if (keys)
            __asm__ volatile("rdpkru" : "=a"(pkru) : "c"(0) : "rdx");
        kept = xmm == mark && fs == mark && mxcsr == odd && word == control && pkru == rights;
        if (child->resume)
            (void)exo_sleep(0, 0, exo_now_ns(machine.page) + 100000);
    }
    child->value = kept;
    child->step = 1;
    child_rest();
}

static void test_state(bool asleep)
{
    struct child *child[3];

    for (uint32_t i = 0; i < 3; i++) {
        child[i] = child_make(keeper_body, &quiet);
        child[i]->resume = asleep;
    }
    positions_set(0, 3, (const struct child *const *)child);
    for (uint32_t i = 0; i < 3; i++) {
        while (asleep && !child[i]->step) /* the CPU idles, too */
            (void)exo_sleep(0, 0, exo_now_ns(machine.page) + 300000);
        check(wait_for(&child[i]->step, 1, 20000), "it had its slices");
        expect((int64_t)child[i]->value, 1, "its extended state, bases and keys were always its own");
    }
    positions_set(0, 3, NULL);
    for (uint32_t i = 0; i < 3; i++)
        child_free(child[i]);
}

/* Three that spin on another CPU are ended one after the other. */
static void test_elsewhere(void)
{
    struct child *child[3];

    for (uint32_t i = 0; i < 3; i++)
        child[i] = child_make(spin_body, &quiet);
    positions_set(1, 3, (const struct child *const *)child);
    check(all_had_turns(1, 3, 0), "each has its turns on another CPU");
    for (uint32_t i = 0; i < 3; i++) {
        child_free(child[i]);
        expect((int64_t)machine.slices[EXO_SLICE_COUNT + FIRST + i].env, 0, "its position is empty");
    }
    positions_set(1, 3, NULL);
}

void test_slices(void)
{
    test_neighbours();
    test_asleep();
    test_told();
    test_state(false);
    test_state(true);
    if (machine.page->cpu_count > 1)
        test_elsewhere();
}
