/* SPDX-License-Identifier: MIT */
/* pointer_clock_getres.c - clock_getres with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_clock_getres, CLOCK_MONOTONIC, at));
    return 0;
}
