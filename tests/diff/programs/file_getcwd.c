/* SPDX-License-Identifier: MIT */
/* file_getcwd.c - getcwd and its errors. */
#include "tests/diff/diff.h"

int main(void)
{
    char where[PATH_MAX];

    SHOW(chdir("/tmp"));
    SHOW(syscall(SYS_getcwd, where, sizeof where));
    printf("%s\n", where);
    SHOW(syscall(SYS_getcwd, where, 4));
    SHOW(syscall(SYS_getcwd, where, 5));
    SHOW(syscall(SYS_getcwd, where, 0));
    SHOW(syscall(SYS_getcwd, BAD_POINTER, 100));
    return 0;
}
