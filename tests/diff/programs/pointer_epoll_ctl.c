/* SPDX-License-Identifier: MIT */
/* pointer_epoll_ctl.c - the event of epoll_ctl with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    int tube[2], epoll = epoll_create1(0);

    NEED(pipe(tube) == 0);

    EACH_POINTER(OK(syscall(SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, dup(tube[1]), at)));
    return 0;
}
