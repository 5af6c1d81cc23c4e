/* SPDX-License-Identifier: MIT */
/* sched_ioprio.c - I/O priorities are kept, inherited and checked. */
#include "tests/diff/diff.h"

static long value(int class, int data)
{
    return class << 13 | data;
}

int main(void)
{
    pid_t pid;

    SHOW(syscall(SYS_ioprio_set, 1, 0, value(2, 6)));
    TELL(syscall(SYS_ioprio_get, 1, 0) == value(2, 6));
    pid = fork();
    NEED(pid >= 0);
    if (!pid)
        _exit(syscall(SYS_ioprio_get, 1, getpid()) == value(2, 6) ? 0 : 1);
    printf("%d\n", reap(pid));
    SHOW(syscall(SYS_ioprio_set, 1, 0, value(3, 0)));
    TELL(syscall(SYS_ioprio_get, 1, getpid()) >> 13 == 3);
    SHOW(syscall(SYS_ioprio_set, 1, 0, value(5, 0)));
    SHOW(syscall(SYS_ioprio_set, 9, 0, value(2, 0)));
    SHOW(syscall(SYS_ioprio_set, 1, 4000000, value(2, 0)));
    SHOW(syscall(SYS_ioprio_get, 9, 0));
    SHOW(syscall(SYS_ioprio_get, 1, 4000000));
    SHOW(syscall(SYS_ioprio_set, 1, 0, value(0, 3)));
    return 0;
}
