/* SPDX-License-Identifier: MIT */
/* fd_anon_seek.c - lseek on counters, timers and epoll is accepted and moves nothing. */
#include "tests/diff/diff.h"

int main(void)
{
    int fd = eventfd(0, 0);

    SHOW(lseek(fd, 10, SEEK_SET));
    SHOW(lseek(fd, 0, SEEK_CUR));
    fd = timerfd_create(CLOCK_MONOTONIC, 0);
    SHOW(lseek(fd, 10, SEEK_SET));
    fd = epoll_create1(0);
    SHOW(lseek(fd, 10, SEEK_SET));
    return 0;
}
