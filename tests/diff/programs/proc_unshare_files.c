/* SPDX-License-Identifier: MIT */
/* proc_unshare_files.c - a child that shares its parent's descriptors gets its own table. */
#include "tests/diff/diff.h"

static int child(void *unused)
{
    (void)unused;
    SHOW(syscall(SYS_unshare, CLONE_FILES));
    SHOW(close(77));
    _exit(0);
}

int main(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    pid_t pid;

    NEED(dup2(1, 77) == 77);
    pid = clone(child, stack + sizeof stack, CLONE_FILES | CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
    NEED(pid > 0);
    printf("%d\n", reap(pid));
    TELL(fcntl(77, F_GETFD) == 0);
    SHOW(syscall(SYS_unshare, 1));
    SHOW(syscall(SYS_unshare, 0));
    SHOW(syscall(SYS_setns, 999, 0));
    return 0;
}
