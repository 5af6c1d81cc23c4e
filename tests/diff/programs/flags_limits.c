/* SPDX-License-Identifier: MIT */
/* flags_limits.c - every resource limit by every call: told, set to what it is, and lowered to its hard limit; priorities and timers by kind. */
#include "tests/diff/diff.h"

int main(void)
{
    struct rlimit limit, again;
    struct itimerval value;
    struct timespec resolution;

    for (int which = 0; which <= 16; which++) {
        long got = syscall(SYS_getrlimit, which, &limit);

        printf("getrlimit %d: %s\n", which, got < 0 ? error_name(errno) : "ok");
        if (got < 0)
            continue;
        printf("setrlimit %d: %ld\n", which, syscall(SYS_setrlimit, which, &limit));
        printf("prlimit64 %d: %ld same %d\n", which,
               syscall(SYS_prlimit64, 0, which, &limit, &again),
               limit.rlim_cur == again.rlim_cur && limit.rlim_max == again.rlim_max);
        limit.rlim_cur = limit.rlim_max;
        limit.rlim_max = limit.rlim_max ? limit.rlim_max - 1 : 0;
        long set = syscall(SYS_setrlimit, which, &limit);

        printf("setrlimit %d above the hard limit: %s\n", which,
               limit.rlim_cur == 0 || set < 0 ? "refused" : "taken");
    }
    for (int which = -1; which <= 3; which++)
        printf("getpriority %d: %s\n", which,
               syscall(SYS_getpriority, which, 0) < 0 ? error_name(errno) : "ok");
    for (int which = -1; which <= 3; which++)
        printf("getitimer %d: %s\n", which,
               syscall(SYS_getitimer, which, &value) < 0 ? error_name(errno) : "ok");
    for (int policy = -1; policy <= 6; policy++)
        printf("policy %d: %ld to %ld\n", policy, syscall(SYS_sched_get_priority_min, policy),
               syscall(SYS_sched_get_priority_max, policy));
    for (int clock = 0; clock <= 12; clock++)
        if (clock != 8 &&
            clock != 9) /* the alarm clocks are there if the machine has a clock chip */
            printf("clock_getres %d: %s\n", clock,
                   syscall(SYS_clock_getres, clock, &resolution) < 0 ? error_name(errno) : "ok");
    return 0;
}
