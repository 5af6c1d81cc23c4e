/* SPDX-License-Identifier: MIT */
/* kind_epoll_add.c - interest of an epoll on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};

    EACH_KIND(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
    return 0;
}
