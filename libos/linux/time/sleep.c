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

#define CPU_LOOK_NS 1000000 /* CPU time is looked at no more often */

/* Until a clock of CPU time shows `until`: other threads, or another process, make it go on. */
static int64_t sleep_cpu(int clock, uint64_t until, uaddr_t rest)
{
    uint64_t now = 0;
    int error = 0;

    while (!clock_read(clock, &now) && now < until && error != -ERESTARTSYS)
        error = task_sleep(deadline_after(max_of(until - now, (uint64_t)CPU_LOOK_NS)));
    if (error != -ERESTARTSYS || now >= until)
        return 0;
    if (rest && duration_to_user(rest, until - now))
        return -EFAULT;
    return rest ? -EINTR : -ERESTARTNOHAND;
}

int64_t lx_clock_nanosleep(uint64_t clock, uint64_t flags, uint64_t timespec, uint64_t rest)
{
    uint64_t ns;

    uint64_t now;
    bool of_process = (int)clock == CLOCK_PROCESS_CPUTIME_ID || (int)clock < 0;

    if ((int)clock >= 0 && clock_read((int)clock, &now))
        return -EINVAL;
    if ((int)clock == CLOCK_THREAD_CPUTIME_ID || (int)clock == CLOCK_MONOTONIC_RAW ||
        (int)clock == CLOCK_REALTIME_COARSE || (int)clock == CLOCK_MONOTONIC_COARSE)
        return -EOPNOTSUPP;
    int error = duration_from_user(&ns, timespec);

    if (!error && of_process) {
        if (clock_read((int)clock, &now))
            return -EINVAL;
        if (!(flags & TIMER_ABSTIME))
            ns += now;
        return sleep_cpu((int)clock, ns, flags & TIMER_ABSTIME ? 0 : rest);
    }

    if (error)
        return error;
    if (!(flags & TIMER_ABSTIME))
        return sleep_for(ns, rest);
    error = sleep_until(deadline_of((int)clock, ns));
    return error ? -ERESTARTNOHAND : 0;
}
