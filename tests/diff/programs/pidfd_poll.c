/* SPDX-License-Identifier: MIT */
/* pidfd_poll.c - a pidfd is readable once its process has ended, before it is waited for. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    char byte;
    struct pollfd poller = {.events = POLLIN};
    struct epoll_event event = {.events = EPOLLIN};
    int epoll = epoll_create1(0);
    pid_t pid;

    NEED(pipe(tube) == 0 && epoll >= 0);
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        close(tube[1]);
        NEED(read(tube[0], &byte, 1) == 0);
        _exit(3);
    }
    close(tube[0]);
    poller.fd = (int)syscall(SYS_pidfd_open, pid, 0);
    NEED(poller.fd >= 0);
    NEED(epoll_ctl(epoll, EPOLL_CTL_ADD, poller.fd, &event) == 0);
    SHOW(poll(&poller, 1, 0));
    SHOW(epoll_wait(epoll, &event, 1, 0));
    close(tube[1]);
    SHOW(poll(&poller, 1, -1));
    TELL(poller.revents == POLLIN);
    SHOW(epoll_wait(epoll, &event, 1, -1));
    printf("%d\n", reap(pid));
    SHOW(poll(&poller, 1, 0));
    return 0;
}
