/* SPDX-License-Identifier: MIT */
/*
 * clock.h - clocks, durations and a process's timers (time/).
 */
#pragma once
#include "libos/linux/core.h"

struct process;
struct task;
struct siginfo;

#define NS_PER_SECOND 1000000000ul
#define NS_PER_TICK   10000000ul /* times, wait: USER_HZ is 100 */

/* Realtime is now_ns() plus this; starts as the machine's wall clock, moved by clock_settime. */
extern int64_t clock_realtime_offset_ns;

/* clock_realtime_ns - nanoseconds since 1970. */
uint64_t clock_realtime_ns(void);

/* clock_read - the clock's time in *ns. 0, or -EINVAL: no such clock. */
int clock_read(int clock, uint64_t *ns);

/* CPU time used so far. */
uint64_t process_cpu_ns(struct process *process);
uint64_t task_cpu_ns(const struct task *task);

/* Clocks of CPU time by number: ~id << 3, with these in the low bits. */
#define CPU_CLOCK_KIND   3 /* which time; all are the same here, but for descriptors */
#define CPU_CLOCK_FD     3
#define CPU_CLOCK_THREAD 4 /* the id is a thread's */

/* The thread of the current process, or any process, whose CPU time a clock shows; NULL: not such a clock, or gone. */
struct task *clock_task(int clock);
struct process *clock_process(int clock);

/* deadline_after - now + wait_ns on the scale of now_ns, saturating below NO_DEADLINE. */
uint64_t deadline_after(uint64_t wait_ns);

/*
 * duration_from_user - a struct timespec of the program as nanoseconds, saturated.
 *
 * Returns  0, -EFAULT, or -EINVAL: negative, or nanoseconds of a second or more
 */
int duration_from_user(uint64_t *ns, uaddr_t timespec);
int duration_to_user(uaddr_t timespec, uint64_t ns);

/* deadline_of - when a clock that does not count CPU time will show `at_ns`; on the scale of
 * now_ns. */
uint64_t deadline_of(int clock, uint64_t at_ns);

/* Timers of a process: exec deletes the POSIX ones, exit all. */
void timers_exec(struct process *process);
void timers_exit(struct process *process);
/* A timer's signal reached the program: remembers its overrun count for timer_getoverrun. */
void timers_delivered(struct process *process, const struct siginfo *info);

/* The interval timer that alarm() uses: seconds 0 turns it off. Returns the seconds that were left.
 */
uint64_t timers_alarm(struct process *process, uint64_t seconds);
