/* SPDX-License-Identifier: MIT */
/* sys_efault.c - bad pointers to many calls. */
#include "tests/diff/diff.h"

int main(void)
{
    void *bad = BAD_POINTER;
    void *kernel = (void *)0xffff888000000000;

    SHOW(syscall(SYS_pipe2, bad, 0));
    SHOW(syscall(SYS_pipe2, kernel, 0));
    SHOW(syscall(SYS_newfstatat, AT_FDCWD, "/", kernel, 0));
    SHOW(syscall(SYS_getcwd, kernel, 4096));
    SHOW(syscall(SYS_uname, kernel));
    SHOW(syscall(SYS_getgroups, 10, kernel) > 0);
    SHOW(syscall(SYS_times, kernel));
    SHOW(syscall(SYS_sysinfo, kernel));
    SHOW(syscall(SYS_getrlimit, RLIMIT_STACK, kernel));
    SHOW(syscall(SYS_rt_sigaction, SIGUSR1, kernel, NULL, 8));
    SHOW(syscall(SYS_wait4, -1, kernel, 0, NULL));
    SHOW(syscall(SYS_clock_gettime, CLOCK_REALTIME, kernel));
    SHOW(syscall(SYS_mkdir, kernel, 0755));
    SHOW(syscall(SYS_chdir, kernel));
    SHOW(syscall(SYS_select, 10, kernel, NULL, NULL, NULL));
    SHOW(syscall(SYS_futex, kernel, 0, 0, NULL, NULL, 0));
    SHOW(syscall(SYS_getrandom, kernel, 8, 0));
    SHOW(syscall(SYS_readlink, "/proc/self/exe", kernel, 100));
    SHOW(syscall(SYS_statfs, "/", kernel));
    SHOW(syscall(SYS_sched_getaffinity, 0, 128, kernel));
    SHOW(syscall(SYS_prlimit64, 0, RLIMIT_STACK, NULL, kernel));
    SHOW(syscall(SYS_writev, 1, kernel, 1));
    SHOW(syscall(SYS_epoll_wait, epoll_create1(0), kernel, 1, 0));
    return 0;
}
