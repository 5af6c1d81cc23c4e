/* SPDX-License-Identifier: MIT */
/*
 * clock.c - what time it is.
 *
 * Monotonic time is the kernel's nanoseconds since boot (read from the time-stamp counter, no
 * kernel call). Not here: the vDSO, which answers most programs before they get here; sleeping
 * (sleep.c); timers.
 */
#include "libos/linux/time/clock.h"
#include <linux/time.h>
#include <linux/timex.h>
#include "lib/exo/time.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/sched.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"
#include "libos/linux/vdso/vdso.h"

#define COARSE_RESOLUTION_NS 4000000 /* as a kernel with 250 ticks a second says */
#define DURATION_SECONDS_MAX                                                                       \
    9000000000ul /* about 285 years; fits in 64 bits of nanoseconds with room to add */

struct timespec_user {
    int64_t seconds;
    int64_t nanoseconds;
};

struct timeval_user {
    int64_t seconds;
    int64_t microseconds;
};

int64_t clock_realtime_offset_ns;
static bool realtime_known;

/* The wall clock at boot is the machine's; read once, then ours to move. */
static void realtime_learn(void)
{
    const struct exo_machine *machine = (const struct exo_machine *)INSTANCE_MACHINE_ADDRESS;

    if (realtime_known)
        return;
    clock_realtime_offset_ns = (int64_t)exo_wall_ns(machine);
    realtime_known = true;
}

uint64_t clock_realtime_ns(void)
{
    realtime_learn();
    return now_ns() + (uint64_t)clock_realtime_offset_ns;
}

uint64_t process_cpu_ns(struct process *process)
{
    sched_account(process);
    return process->user_ns + process->system_ns;
}

uint64_t task_cpu_ns(const struct task *task)
{
    sched_account(task->process);
    return task->cpu_ns;
}

struct task *clock_task(int clock)
{
    int tid = ~(clock >> 3);
    struct task *task;

    if (clock == CLOCK_THREAD_CPUTIME_ID)
        return current();
    if (clock >= 0 || (clock & CPU_CLOCK_KIND) == CPU_CLOCK_FD || !(clock & CPU_CLOCK_THREAD))
        return NULL;
    task = tid ? task_find(current()->process->pid, tid) : current();
    return task && !task->ending ? task : NULL;
}

struct process *clock_process(int clock)
{
    int pid = ~(clock >> 3);

    if (clock == CLOCK_PROCESS_CPUTIME_ID)
        return current()->process;
    if (clock >= 0 || (clock & CPU_CLOCK_KIND) == CPU_CLOCK_FD || clock & CPU_CLOCK_THREAD)
        return NULL;
    return pid ? process_find(pid) : current()->process;
}

/* CPU time of threads and processes by number. */
static int clock_read_cpu(int clock, uint64_t *ns)
{
    const struct task *task = clock_task(clock);
    struct process *process = clock_process(clock);

    if (task)
        *ns = task_cpu_ns(task);
    else if (process)
        *ns = process_cpu_ns(process);
    else
        return -EINVAL;
    return 0;
}

int clock_read(int clock, uint64_t *ns)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_TAI:
        *ns = clock_realtime_ns();
        return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        *ns = now_ns();
        return 0;
    case CLOCK_PROCESS_CPUTIME_ID:
        *ns = process_cpu_ns(current()->process);
        return 0;
    case CLOCK_THREAD_CPUTIME_ID:
        *ns = task_cpu_ns(current());
        return 0;
    default:
        return clock < 0 ? clock_read_cpu(clock, ns) : -EINVAL;
    }
}

uint64_t deadline_after(uint64_t wait_ns)
{
    uint64_t deadline;

    if (__builtin_add_overflow(now_ns(), wait_ns, &deadline) || deadline == NO_DEADLINE)
        return NO_DEADLINE - 1;
    return deadline;
}

uint64_t deadline_of(int clock, uint64_t at_ns)
{
    uint64_t offset;

    if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_ALARM && clock != CLOCK_TAI)
        return at_ns;
    offset = clock_realtime_ns() - now_ns();
    return at_ns > offset ? at_ns - offset : 0;
}

int duration_from_user(uint64_t *ns, uaddr_t timespec)
{
    struct timespec_user time;

    if (copy_from_user(&time, timespec, sizeof time))
        return -EFAULT;
    if (time.seconds < 0 || time.nanoseconds < 0 || (uint64_t)time.nanoseconds >= NS_PER_SECOND)
        return -EINVAL;
    uint64_t seconds = min_of((uint64_t)time.seconds, DURATION_SECONDS_MAX);

    *ns = seconds * NS_PER_SECOND + (uint64_t)time.nanoseconds;
    return 0;
}

int duration_to_user(uaddr_t timespec, uint64_t ns)
{
    struct timespec_user time = {.seconds = (int64_t)(ns / NS_PER_SECOND),
                                 .nanoseconds = (int64_t)(ns % NS_PER_SECOND)};

    return copy_to_user(timespec, &time, sizeof time);
}

int64_t lx_clock_gettime(uint64_t clock, uint64_t timespec)
{
    uint64_t ns;
    int error = clock_read((int)clock, &ns);

    return error ? error : duration_to_user(timespec, ns);
}

int64_t lx_clock_getres(uint64_t clock, uint64_t timespec)
{
    uint64_t ns;
    int error = clock_read((int)clock, &ns);

    if (error || !timespec)
        return error;
    bool coarse = clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE;

    return duration_to_user(timespec, coarse ? COARSE_RESOLUTION_NS : 1);
}

static int realtime_set(uint64_t ns)
{
    if (!capable(CAP_SYS_TIME))
        return -EPERM;
    realtime_learn();
    clock_realtime_offset_ns = (int64_t)(ns - now_ns());
    vdso_set_wall((uint64_t)clock_realtime_offset_ns);
    return 0;
}

int64_t lx_clock_settime(uint64_t clock, uint64_t timespec)
{
    uint64_t ns;

    if ((int)clock != CLOCK_REALTIME)
        return -EINVAL;
    int error = duration_from_user(&ns, timespec);

    return error ? error : realtime_set(ns);
}

int64_t lx_gettimeofday(uint64_t timeval, uint64_t zone)
{
    uint64_t ns = clock_realtime_ns();
    struct timeval_user time = {.seconds = (int64_t)(ns / NS_PER_SECOND),
                                .microseconds = (int64_t)(ns % NS_PER_SECOND / 1000)};

    if (timeval && copy_to_user(timeval, &time, sizeof time))
        return -EFAULT;
    return zone ? clear_user(zone, 8) : 0;
}

int64_t lx_settimeofday(uint64_t timeval, uint64_t zone)
{
    struct timeval_user time;

    (void)zone; /* the kernel's time zone is only stored by Linux, too */
    if (!timeval)
        return capable(CAP_SYS_TIME) ? 0 : -EPERM;
    if (copy_from_user(&time, timeval, sizeof time))
        return -EFAULT;
    if (time.seconds < 0 || time.microseconds < 0 || time.microseconds >= 1000000)
        return -EINVAL;
    uint64_t seconds = min_of((uint64_t)time.seconds, DURATION_SECONDS_MAX);

    return realtime_set(seconds * NS_PER_SECOND + (uint64_t)time.microseconds * 1000);
}

int64_t lx_time(uint64_t address)
{
    uint64_t seconds = clock_realtime_ns() / NS_PER_SECOND;

    if (address && put_user_u64(address, seconds))
        return -EFAULT;
    return (int64_t)seconds;
}

/* The clock is not disciplined by anyone: reading says "unsynchronised", changing is refused. */
static int64_t timex_read(uint64_t address)
{
    struct __kernel_timex timex;

    if (copy_from_user(&timex, address, sizeof timex))
        return -EFAULT;
    if (timex.modes)
        return !capable(CAP_SYS_TIME) ? -EPERM
                                      : unimplemented(-EPERM, "adjtimex modes 0x%x", timex.modes);
    uint64_t ns = clock_realtime_ns();

    memset(&timex, 0, sizeof timex);
    timex.status = STA_UNSYNC;
    timex.maxerror = 16000000;
    timex.esterror = 16000000;
    timex.precision = 1;
    timex.tick = 10000;
    timex.time.tv_sec = (long long)(ns / NS_PER_SECOND);
    timex.time.tv_usec = (long long)(ns % NS_PER_SECOND / 1000);
    return copy_to_user(address, &timex, sizeof timex) ? -EFAULT : TIME_ERROR;
}

int64_t lx_adjtimex(uint64_t timex)
{
    return timex_read(timex);
}

int64_t lx_clock_adjtime(uint64_t clock, uint64_t timex)
{
    return (int)clock == CLOCK_REALTIME ? timex_read(timex) : -EOPNOTSUPP;
}
