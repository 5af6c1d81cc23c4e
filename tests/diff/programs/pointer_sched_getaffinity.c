/* SPDX-License-Identifier: MIT */
/* pointer_sched_getaffinity.c - sched_getaffinity with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(OK(syscall(SYS_sched_getaffinity, 0, 1024, at)));
    return 0;
}
