/* SPDX-License-Identifier: MIT */
/*
 * sleep.c - nanosleep and clock_nanosleep.
 *
 * A relative sleep that a signal without a handler interrupts goes on to the same deadline by
 * restart_syscall; with a handler it ends with EINTR and the time that was left.
 */
#include "libos/linux/time/clock.h"
#include <linux/time.h>
#include "libos/linux/call/handlers.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"

static int sleep_until(uint64_t deadline)
{
    int error = 0;

    while (!error && now_ns() < deadline)
        error = task_sleep(deadline);
    return error == -ETIMEDOUT ? 0 : error;
}

/* argument[0]: deadline; argument[1]: where the program wants the rest */
static int64_t sleep_relative(struct signal_restart *restart)
{
    uint64_t deadline = restart->argument[0];
    int error = sleep_until(deadline);

    if (!error)
        return 0;
    uint64_t now = now_ns();

    if (now >= deadline)
        return 0;
    if (restart->argument[1] && duration_to_user(restart->argument[1], deadline - now))
        return -EFAULT;
    return -ERESTART_RESTARTBLOCK;
}

static int64_t sleep_for(uint64_t ns, uaddr_t rest)
{
    struct signal_restart *restart = &current()->sig.restart;

    restart->resume = sleep_relative;
    restart->argument[0] = deadline_after(ns);
    restart->argument[1] = rest;
    return sleep_relative(restart);
}

int64_t lx_nanosleep(uint64_t timespec, uint64_t rest)
{
    uint64_t ns;
    int error = duration_from_user(&ns, timespec);

    return error ? error : sleep_for(ns, rest);
}

int64_t lx_clock_nanosleep(uint64_t clock, uint64_t flags, uint64_t timespec, uint64_t rest)
{
    uint64_t ns;

    if (clock_read((int)clock, &ns) || (int)clock == CLOCK_THREAD_CPUTIME_ID)
        return -EINVAL;
    if ((int)clock == CLOCK_PROCESS_CPUTIME_ID || (int)clock < 0 ||
        (int)clock == CLOCK_MONOTONIC_RAW || (int)clock == CLOCK_REALTIME_COARSE ||
        (int)clock == CLOCK_MONOTONIC_COARSE)
        return unimplemented(-EOPNOTSUPP, "clock_nanosleep on clock %d", (int)clock);
    int error = duration_from_user(&ns, timespec);

    if (error)
        return error;
    if (!(flags & TIMER_ABSTIME))
        return sleep_for(ns, rest);
    error = sleep_until(deadline_of((int)clock, ns));
    return error ? -ERESTARTNOHAND : 0;
}
