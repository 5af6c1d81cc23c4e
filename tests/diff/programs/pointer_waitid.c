/* SPDX-License-Identifier: MIT */
/* pointer_waitid.c - the information of waitid with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    pid_t pid;

    EACH_POINTER((pid = fork()) ? OK(syscall(SYS_waitid, P_PID, pid, at, WEXITED, NULL))
                                : (_exit(0), 0));
    return 0;
}
