/* SPDX-License-Identifier: MIT */
/* pointer_wait_status.c - the status of wait4 with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    pid_t pid;

    EACH_POINTER((pid = fork()) ? OK(syscall(SYS_wait4, pid, at, 0, NULL)) : (_exit(0), 0));
    return 0;
}
