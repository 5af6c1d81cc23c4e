/* SPDX-License-Identifier: MIT */
/* sys_sched.c - yielding and scheduling classes. */
#include "tests/diff/diff.h"

int main(void)
{
    struct sched_param param = {.sched_priority = 9};

    SHOW(sched_yield());
    SHOW(syscall(SYS_sched_getscheduler, 0));
    SHOW(syscall(SYS_sched_getparam, 0, &param));
    printf("priority %d\n", param.sched_priority);
    SHOW(sched_get_priority_max(SCHED_FIFO));
    SHOW(sched_get_priority_min(SCHED_FIFO));
    SHOW(sched_get_priority_max(SCHED_OTHER));
    SHOW(sched_get_priority_max(99));
    SHOW(syscall(SYS_sched_getscheduler, -1));
    SHOW(syscall(SYS_sched_getscheduler, 12345678));
    param.sched_priority = 5;
    SHOW(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &param));
    return 0;
}
