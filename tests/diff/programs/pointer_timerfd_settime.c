/* SPDX-License-Identifier: MIT */
/* pointer_timerfd_settime.c - timerfd_settime with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);

    EACH_POINTER(syscall(SYS_timerfd_settime, fd, 0, at, NULL));
    return 0;
}
