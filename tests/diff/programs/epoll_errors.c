/* SPDX-License-Identifier: MIT */
/* epoll_errors.c - what the epoll calls refuse. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    struct epoll_event event = {EPOLLIN, {.u32 = 1}};

    NEED(pipe(tube) == 0);
    int epoll = epoll_create1(0);
    SHOW(epoll_create1(0x1000));
    SHOW(syscall(SYS_epoll_create, 0));
    SHOW(epoll_ctl(epoll, EPOLL_CTL_MOD, tube[0], &event));
    SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, tube[0], &event));
    SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, tube[0], &event));
    SHOW(epoll_ctl(epoll, EPOLL_CTL_DEL, tube[1], &event));
    SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, 99, &event));
    SHOW(epoll_ctl(99, EPOLL_CTL_ADD, tube[0], &event));
    SHOW(epoll_ctl(tube[0], EPOLL_CTL_ADD, tube[1], &event));
    SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, epoll, &event));
    SHOW(epoll_ctl(epoll, 99, tube[1], &event));
    SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, open(".", O_RDONLY), &event));
    SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, tube[1], BAD_POINTER));
    SHOW(epoll_wait(epoll, &event, 0, 0));
    SHOW(epoll_wait(tube[0], &event, 1, 0));
    SHOW(epoll_wait(99, &event, 1, 0));
    return 0;
}
