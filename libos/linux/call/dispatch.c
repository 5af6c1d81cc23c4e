/* SPDX-License-Identifier: MIT */
/*
 * dispatch.c - from the number of a system call to its handler.
 *
 * Not here: entry and return (entry.S), which answers the simplest calls by itself and calls the
 * handlers of the others; call_dispatch is for what is left: numbers without a handler, and calls that
 * the LibOS carries out for a program that was interrupted in the middle of one (rewrite/).
 */
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/rewrite/rewrite.h"
#include "libos/linux/sig/signal.h"
#include "libos/linux/task.h"

/* The ABI passes arguments in registers, so a handler that takes fewer ignores the rest. */
#define HANDLER_FULL(number, name) [number] = (call_handler)(void (*)(void))lx_##name,
#define HANDLER_PART(number, name) HANDLER_FULL(number, name)
#define HANDLER_NONE(number, name)

/* Where a call goes, written by call_watch only, and how often it was made. entry.S uses both. */
extern struct calls {
    call_handler handler[CALL_COUNT];
    uint64_t count[CALL_COUNT];
} calls;
static_assert(offsetof(struct calls, count) == CALL_COUNT * 8, "entry.S");

static int64_t call_none(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    return report_missing(current()->regs);
}

/* Two rows for one call are refused here. */
enum {
#define LX(number, name, arity, state, arguments) ONLY_ROW_OF_##number,
#include "libos/linux/call/all.def"
#undef LX
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
struct calls calls = {
    .handler = {[0 ... CALL_COUNT - 1] = call_none,
#define LX(number, name, arity, state, arguments) HANDLER_##state(number, name)
#include "libos/linux/call/all.def"
#undef LX
}};
#pragma GCC diagnostic pop

struct call_row {
    const char *name;
    const char *arguments;
};

/* Rows of none.def are overridden on purpose. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const struct call_row rows[CALL_COUNT] = {
#define LX(number, name, arity, state, arguments) [number] = {#name, arguments},
#include "libos/linux/call/none.def"
#include "libos/linux/call/all.def"
#undef LX
};
#pragma GCC diagnostic pop

static call_handler unwatched[CALL_COUNT]; /* the handler of a watched call */
static bool watched[CALL_COUNT];

extern int16_t fast_calls[]; /* entry.S: calls that are answered there; 0: not this one */
extern const int16_t fast_calls_at_start[];

void call_watch(uint64_t number, call_handler watcher)
{
    if (!watched[number])
        unwatched[number] = calls.handler[number];
    watched[number] = watcher != NULL;
    calls.handler[number] = watcher ? watcher : unwatched[number];
    if (number < FAST_CALLS)
        fast_calls[number] = watcher ? 0 : fast_calls_at_start[number];
    rewrite_watch(number);
}

bool call_is_watched(uint64_t number)
{
    return watched[number];
}

int64_t call_perform(uint64_t number, const uint64_t argument[6])
{
    return unwatched[number](argument[0], argument[1], argument[2], argument[3], argument[4],
                             argument[5]);
}

void call_failed(struct regs *regs)
{
    int64_t result = (int64_t)regs->rax;

    if (regs->orig_rax == UINT64_MAX)
        return; /* rt_sigreturn: no result */
    if (result > -ERESTARTSYS)
        report_failure(regs->orig_rax, result);
    else if (!signal_pending(current()))
        signal_restart(regs); /* the signal went elsewhere: nobody else will look at the code */
}

void call_dispatch(struct regs *regs)
{
    uint64_t number = regs->orig_rax;

    /* As on Linux the whole register counts: an x32 number (bit 30) is past the end. */
    if (number >= CALL_COUNT) {
        regs->rax = (uint64_t)report_missing(regs);
        return;
    }
    calls.count[number]++;
    int64_t result =
        calls.handler[number](regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8, regs->r9);

    regs->rax = (uint64_t)result;
    if (result < 0 && result >= -4095)
        call_failed(regs);
}

const char *call_name(uint64_t number)
{
    return number < CALL_COUNT && rows[number].name ? rows[number].name : "?";
}

const char *call_arguments(uint64_t number)
{
    return number < CALL_COUNT && rows[number].arguments ? rows[number].arguments : "";
}

uint64_t calls_made(void)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < CALL_COUNT; i++)
        sum += calls.count[i];
    return sum;
}

uint64_t call_times(uint64_t number)
{
    return number < CALL_COUNT ? calls.count[number] : 0;
}
