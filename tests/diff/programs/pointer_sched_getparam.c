/* SPDX-License-Identifier: MIT */
/* pointer_sched_getparam.c - sched_getparam with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_sched_getparam, 0, at));
    return 0;
}
