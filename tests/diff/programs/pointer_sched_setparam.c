/* SPDX-License-Identifier: MIT */
/* pointer_sched_setparam.c - sched_setparam with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_sched_setparam, 0, at));
    return 0;
}
