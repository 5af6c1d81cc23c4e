/* SPDX-License-Identifier: MIT */
/*
 * call.h - the Linux system calls: the table, dispatch and the report about what is missing.
 *
 *     LX(number, name, arity, state, "argument names and formats")
 *
 * Rows: mm_proc.def, fs.def, misc.def, ipc.def by family, together all.def; none.def names every call and is overridden by the
 * others. state: FULL, PART (some flags or commands), NONE (ENOSYS, logged once). NONE rows have no
 * handler. Handlers are int64_t lx_<name>(uint64_t a, ...)   with `arity` parameters, prototypes in
 * handlers.h in the file of their family: fs/, mm/, proc/, sig/, tty/, time/, call/. Handlers that
 * need the program's registers (fork, execve, rt_sigreturn) use current()->regs.
 *
 * Arguments, separated by spaces, are name:kind; the kinds are in observe/kind.def: d signed, u unsigned, x hex,
 * o octal, p address, s string, and those that strace decodes further (fd, open, stat, data...).
 */
#pragma once
#include "libos/linux/core.h"

#define CALL_COUNT 463 /* numbers 0..462; everything else is ENOSYS */
#define FAST_CALLS 128 /* numbers below may be answered by a word of struct process (entry.S) */

/*
 * call_dispatch - run the system call that a program made.
 *
 * regs  the program's registers: rax and orig_rax are the number, the arguments are where the ABI
 * puts them; rax gets the result. A handler may replace all of them (rt_sigreturn, execve).
 *
 * A result that asks for a restart is left to signal_deliver when a signal is pending, else
 * restarted here. Bound  that of the handler; may sleep, may not return (exit)
 */
void call_dispatch(struct regs *regs);

/*
 * call_watch - from now on this call goes to `watcher`, or to its handler again (NULL).
 *
 * The watcher gets the call's arguments; current()->regs is set. It runs the call by
 * call_perform and returns its result. Calls that nobody watches cost nothing more.
 */
typedef int64_t (*call_handler)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);
void call_watch(uint64_t number, call_handler watcher);
bool call_is_watched(uint64_t number);

/* call_perform - run the handler of a watched call; -ENOSYS, reported, when it has none. */
int64_t call_perform(uint64_t number, const uint64_t argument[6]);

/*
 * call_failed - a handler's result was negative (entry.S only): count it, or start the call again.
 *
 * regs  as for call_dispatch, with the result in rax
 */
void call_failed(struct regs *regs);

/* call_name - "read"; "?" for a number that is no call. */
const char *call_name(uint64_t number);

/* call_arguments - the format string of a call's arguments; "" when unknown. */
const char *call_arguments(uint64_t number);

/* calls_made - of all numbers together. */
uint64_t calls_made(void);

/* call_times - how often a call was made so far. */
uint64_t call_times(uint64_t number);

/* report_missing - a call without a handler: log and count it; the result is -ENOSYS. REQUIRES in a
 * system call. */
int64_t report_missing(const struct regs *regs);

/* report_exit - the current process ends: what it missed shortly before is remembered as suspect. */
void report_exit(int wait_status);

/* report_memory - look at how much memory is in use, for the peak; called where it changes much. */
void report_memory(void);

/* report_send - everything that is known goes to the host, as a record. May sleep. */
void report_send(void);

/* report_failure - remember a failed call for the summary; cheap. */
void report_failure(uint64_t number, int64_t error);
