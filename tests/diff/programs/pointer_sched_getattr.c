/* SPDX-License-Identifier: MIT */
/* pointer_sched_getattr.c - sched_getattr with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    EACH_POINTER(syscall(SYS_sched_getattr, 0, at, 48, 0));
    return 0;
}
