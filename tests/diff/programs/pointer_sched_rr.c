/* SPDX-License-Identifier: MIT */
/* pointer_sched_rr.c - sched_rr_get_interval with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_sched_rr_get_interval, 0, at));
    return 0;
}
