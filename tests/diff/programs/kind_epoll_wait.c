/* SPDX-License-Identifier: MIT */
/* kind_epoll_wait.c - waiting for what may be no epoll on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    struct epoll_event event;

    EACH_KIND(epoll_wait(fd, &event, 1, 0));
    return 0;
}
