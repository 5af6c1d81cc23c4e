/* SPDX-License-Identifier: MIT */
/* pointer_timer_create.c - the number of timer_create with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, at));
    return 0;
}
