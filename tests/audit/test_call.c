/* SPDX-License-Identifier: MIT */
/* test_call.c - the kernel call `test`, which only test kernels serve. */
#include "arch/x86_64/cpu.h"
#include "core/calls.h"
#include "core/env.h"
#include "core/frame.h"
#include "exo_numbers.h"
#include "tests/audit/audit.h"

static uint64_t victim, victim_entries; /* env to be killed at its nth call from now */
static uint64_t longest[256]; /* by call number: ticks from the call's begin, or from a pause, to the next or its end */
static struct {
    uint64_t began, longest;
} stretch[EXO_CPU_MAX]; /* of the call that a CPU is in */

/* A call begins: is it the one after which the env shall die? The kick comes when interrupts are on again. */
void call_begin(void)
{
    struct env *env = env_current();

    if (victim && env->id == victim && !--victim_entries) {
        victim = 0;
        atomic_store(&env->kill, 1);
        arch_kick(this_cpu()->index);
    }
    watch_begin(env);
    cover_begin(env);
    stretch[this_cpu()->index].longest = 0;
    stretch[this_cpu()->index].began = tsc_read();
}

static uint64_t stretch_end(void)
{
    uint32_t cpu = this_cpu()->index;
    uint64_t ticks = tsc_read() - stretch[cpu].began;

    if (ticks > stretch[cpu].longest)
        stretch[cpu].longest = ticks;
    return stretch[cpu].longest;
}

void call_pause(void)
{
    lock_check_none("a pause");
    (void)stretch_end();
    arch_pause();
    stretch[this_cpu()->index].began = tsc_read();
}

void call_end(uint64_t number)
{
    uint64_t ticks = stretch_end();

    cover_end();
    watch_end();

    lock_check_none("the end of a call");

    if (number < 256 && ticks > longest[number])
        longest[number] = ticks;
}

struct call_result call_test(struct env *self, uint64_t what, uint64_t a, uint64_t b)
{
    struct call_result result = {0};
    struct env *env;

    switch (what) {
    case EXO_TEST_AUDIT:
        return call_ok(audit_run());
    case EXO_TEST_GENERATION: /* frame a has had b generations */
        if (a >= frame_count)
            return call_error(EXO_E_RANGE);
        frame_table[a].extra = (uint32_t)b;
        frame_table[a].reserved = (uint16_t)(b >> 32);
        return call_ok(0);
    case EXO_TEST_KILL: /* env a, at its call number b from now */
        victim_entries = b;
        victim = b ? a : 0;
        return call_ok(0);
    case EXO_TEST_STATE:
        lock_take(&env_lock);
        env = env_find(a);
        result = env ? call_ok(env->state) : call_error(EXO_E_RANGE);
        lock_drop(&env_lock);
        return result;
    case EXO_TEST_WATCH:
        watch_next(self, b);
        return call_ok(0);
    case EXO_TEST_WATCHED:
        result = call_ok(0);
        result.value = watch_result(&result.second);
        return result;
    case EXO_TEST_EDGES:
        result = call_ok(cover_edges(a));
        return result;
    case EXO_TEST_LONGEST:
        for (uint64_t n = 0; n < 256; n++) /* call a; a = 256: whichever it is, and all are forgotten */
            if (n != EXO_CALL_TEST && (n == a || a == 256) && (int64_t)longest[n] > result.value)
                result = (struct call_result){.value = (int64_t)longest[n], .second = n};
        for (uint64_t n = 0; n < 256 && a == 256; n++)
            longest[n] = 0;
        return result;
    default:
        return call_error(EXO_E_ARG);
    }
}
