/* SPDX-License-Identifier: MIT */
/* pointer_execve.c - the path of execve with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    char *arguments[] = {(char *)(uintptr_t) "x", NULL};

    EACH_POINTER(syscall(SYS_execve, at, arguments, arguments + 1));
    return 0;
}
