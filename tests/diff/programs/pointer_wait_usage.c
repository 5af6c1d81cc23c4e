/* SPDX-License-Identifier: MIT */
/* pointer_wait_usage.c - the usage of wait4 with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    pid_t pid;

    EACH_POINTER((pid = fork()) ? OK(syscall(SYS_wait4, pid, NULL, 0, at)) : (_exit(0), 0));
    return 0;
}
