/* SPDX-License-Identifier: MIT */
/* sys_tid.c - thread and process ids of a process with one thread. */
#include "tests/diff/diff.h"

int main(void)
{
    int word = 1;

    TELL(syscall(SYS_gettid) == getpid());
    TELL(syscall(SYS_set_tid_address, &word) == getpid());
    TELL(getpid() > 0 && getppid() >= 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(syscall(SYS_gettid) == getpid() ? 3 : 4);
    printf("child %d\n", reap(pid));
    return 0;
}
