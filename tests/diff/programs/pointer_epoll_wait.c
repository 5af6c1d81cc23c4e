/* SPDX-License-Identifier: MIT */
/* pointer_epoll_wait.c - the events of epoll_wait with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    int tube[2], epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLOUT};

    NEED(pipe(tube) == 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, tube[1], &event) == 0);

    EACH_POINTER(syscall(SYS_epoll_wait, epoll, at, 1, 0));
    return 0;
}
