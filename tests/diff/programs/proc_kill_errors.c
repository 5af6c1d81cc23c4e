/* SPDX-License-Identifier: MIT */
/* proc_kill_errors.c - what kill and its relatives refuse. */
#include "tests/diff/diff.h"

int main(void)
{
    SHOW(kill(getpid(), 0));
    SHOW(kill(getpid(), -1));
    SHOW(kill(getpid(), 65));
    SHOW(kill(12345678, 0));
    SHOW(kill(-12345678, 0));
    SHOW(kill(INT_MIN, 0));
    SHOW(syscall(SYS_tgkill, getpid(), getpid(), 0));
    SHOW(syscall(SYS_tgkill, getpid(), 12345678, 0));
    SHOW(syscall(SYS_tgkill, 0, getpid(), 0));
    SHOW(syscall(SYS_tgkill, getppid(), getpid(), 0));
    SHOW(syscall(SYS_tkill, getpid(), 0));
    SHOW(syscall(SYS_tkill, 0, 0));
    SHOW(syscall(SYS_tkill, getpid(), 99));
    return 0;
}
