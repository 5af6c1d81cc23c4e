/* SPDX-License-Identifier: MIT */
/* sched_setattr.c - niceness through sched_setattr, and what it refuses. */
#include "tests/diff/diff.h"

struct sched_attr { /* <linux/sched/types.h> collides with the C library's <sched.h> */
    uint32_t size, sched_policy;
    uint64_t sched_flags;
    int32_t sched_nice;
    uint32_t sched_priority;
    uint64_t sched_runtime, sched_deadline, sched_period;
    uint32_t sched_util_min, sched_util_max;
};

int main(void)
{
    struct sched_attr attr = {.size = sizeof attr, .sched_nice = 5}, now;

    SHOW(syscall(SYS_sched_setattr, 0, &attr, 0));
    SHOW(getpriority(PRIO_PROCESS, 0));
    SHOW(syscall(SYS_sched_getattr, 0, &now, sizeof now, 0));
    printf("policy %u, nice %d\n", now.sched_policy, now.sched_nice);
    attr.sched_priority = 3;
    SHOW(syscall(SYS_sched_setattr, 0, &attr, 0));
    attr.sched_priority = 0;
    attr.sched_policy = 77;
    SHOW(syscall(SYS_sched_setattr, 0, &attr, 0));
    attr.sched_policy = 0;
    attr.sched_flags = 1ul << 40;
    SHOW(syscall(SYS_sched_setattr, 0, &attr, 0));
    attr.sched_flags = 0;
    SHOW(syscall(SYS_sched_setattr, 0, &attr, 1));
    SHOW(syscall(SYS_sched_setattr, -1, &attr, 0));
    SHOW(syscall(SYS_sched_setattr, 4000000, &attr, 0));
    SHOW(syscall(SYS_sched_setattr, 0, NULL, 0));
    SHOW(syscall(SYS_sched_setattr, 0, BAD_POINTER, 0));
    attr.size = 20;
    SHOW(syscall(SYS_sched_setattr, 0, &attr, 0));
    printf("%u\n", attr.size >= 48);
    return 0;
}
