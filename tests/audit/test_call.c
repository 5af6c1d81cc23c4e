/* SPDX-License-Identifier: MIT */
/* test_call.c - the kernel call `test`, which only test kernels serve. */
#include "arch/x86_64/cpu.h"
#include "core/calls.h"
#include "core/env.h"
#include "core/frame.h"
#include "core/klog.h"
#include "core/ucopy.h"
#include "exo_numbers.h"
#include "tests/audit/audit.h"

static uint64_t victim, victim_entries; /* env to be killed at its nth call from now */
/* By call number, then by vector: ticks from the begin, or from a pause, to the next or the end. */
static uint64_t longest[512];
static struct {
    uint64_t began, longest;
} stretch[EXO_CPU_MAX];               /* of the call that a CPU is in */
static uint64_t entered[EXO_CPU_MAX]; /* a trap, an interrupt or a switching call */

void entry_begin(void)
{
    entered[this_cpu()->index] = tsc_read();
}

void entry_end(uint64_t vector)
{
    uint64_t ticks = tsc_read() - entered[this_cpu()->index];

    if (ticks > longest[256 + vector % 256])
        longest[256 + vector % 256] = ticks;
}

/* A call begins: is it the one after which the env shall die? The kick comes when interrupts are on again. */
void call_begin(void)
{
    struct env *env = env_current();

    if (victim && env->id == victim && !--victim_entries) {
        victim = 0;
        atomic_fetch_or(&env->async, ENV_KILL);
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

void call_open(void)
{
    lock_check_none("a pause");
    (void)stretch_end();
    if (!env_current())
        entry_end(VECTOR_SPURIOUS); /* who goes on is being chosen */
    arch_open();
}

void call_close(void)
{
    arch_close();
    stretch[this_cpu()->index].began = tsc_read();
    if (!env_current())
        entry_begin();
}

void call_end(uint64_t number)
{
    uint64_t ticks = stretch_end();

    cover_end();
    watch_end();

    lock_check_none("the end of a call");
    audit_control();

    if (number < 256 && ticks > longest[number])
        longest[number] = ticks;
}

/* --- Deaths of the kernel, to see that they are noticed ------------------------------------------------- */

static const uint64_t constants[64] = {1};
static uint8_t code_in_data[16] = {0xc3};
static volatile uint64_t sink;

/* Eats the stack of 8-byte words that ends at `top`, from there down, until there is no more. */
_Noreturn static void eat_stack(uint64_t top)
{
    __asm__ volatile("movq %0, %%rsp\n1:\tpushq $0\n\tjmp 1b" : : "r"(top) : "memory");
    __builtin_unreachable();
}

__attribute__((noinline)) static void smash(volatile uint64_t *count)
{
    char text[16];

    for (uint64_t i = 0; i < *count; i++)
        ((volatile char *)text)[i] = 'x';
    sink = (uint64_t)text[3];
}

/* `page` is mapped in ring 3, readable and executable. */
static void crash(uint64_t what, uint64_t page)
{
    static const uint8_t stacks[] = {CPU_PAGE_STACK + 3, CPU_PAGE_DOUBLE, CPU_PAGE_NMI,
                                     CPU_PAGE_DEBUG};
    uint64_t region = CPU_BASE + (uint64_t)this_cpu()->index * CPU_STRIDE;
    volatile uint64_t too_many =
        24; /* the array and what lies behind it, not the end of the stack */

    if (what <= EXO_CRASH_STACK + 3)
        eat_stack(region + (stacks[what] + 1ull) * EXO_PAGE_SIZE - 8);
    else if (what == EXO_CRASH_TEXT)
        *(volatile uint8_t *)(uint64_t)&call_test = 0;
    else if (what == EXO_CRASH_CONSTANTS)
        *(volatile uint64_t *)(uint64_t)&constants[sink % 64] = 0;
    else if (what == EXO_CRASH_DATA)
        ((void (*)(void))(uint64_t)code_in_data)();
    else if (what == EXO_CRASH_READ)
        sink = *(volatile uint64_t *)page;
    else if (what == EXO_CRASH_RUN)
        ((void (*)(void))page)();
    else if (what == EXO_CRASH_SMASH)
        smash(&too_many);
}

_Noreturn static void escaped(uint64_t text)
{
    char why[64] = {0};

    (void)ucopy_in(why, text, sizeof why - 1);
    panic("escape: %s", why);
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
    case EXO_TEST_CRASH:
        if (a >= EXO_CRASH_COUNT)
            return call_error(EXO_E_ARG);
        crash(a, b);
        return call_ok(0); /* it survived, which is a failure */
    case EXO_TEST_ESCAPE:
        escaped(a);
    case EXO_TEST_LONGEST:
        for (uint64_t n = 0; n < 512; n++) /* call a, 256 + vector; 512: whichever it is */
            if (n != EXO_CALL_TEST && (n == a || a == 512) && (int64_t)longest[n] > result.value)
                result = (struct call_result){.value = (int64_t)longest[n], .second = n};
        return result;
    default:
        return call_error(EXO_E_ARG);
    }
}
