/* SPDX-License-Identifier: MIT */
/* pointer_timerfd_gettime.c - timerfd_gettime with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);

    EACH_POINTER(syscall(SYS_timerfd_gettime, fd, at));
    return 0;
}
