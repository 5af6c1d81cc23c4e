/* SPDX-License-Identifier: MIT */
/* pointer_clock_gettime.c - clock_gettime by system call with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, at));
    return 0;
}
