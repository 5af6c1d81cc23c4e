/* SPDX-License-Identifier: MIT */
/* pointer_getcwd.c - getcwd with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(OK(syscall(SYS_getcwd, at, 4096)));
    return 0;
}
