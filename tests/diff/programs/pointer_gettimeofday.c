/* SPDX-License-Identifier: MIT */
/* pointer_gettimeofday.c - gettimeofday by system call with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_gettimeofday, at, NULL));
    return 0;
}
