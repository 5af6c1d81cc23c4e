/* SPDX-License-Identifier: MIT */
/* kind_epoll_of.c - adding to what may be no epoll on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    struct epoll_event event = {.events = EPOLLIN};

    EACH_KIND(epoll_ctl(fd, EPOLL_CTL_ADD, 1, &event));
    return 0;
}
