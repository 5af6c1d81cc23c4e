/* SPDX-License-Identifier: MIT */
/* pointer_getitimer.c - getitimer with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_getitimer, ITIMER_REAL, at));
    return 0;
}
