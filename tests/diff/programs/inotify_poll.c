/* SPDX-License-Identifier: MIT */
/* inotify_poll.c - poll, epoll and a read that blocks wait for events. */
#include "tests/diff/inotify.h"

int main(void)
{
    int fd = inotify_init1(0);
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    struct epoll_event event = {.events = EPOLLIN};
    int epoll = epoll_create1(0);
    char bytes[256];
    pid_t pid;

    NEED(fd >= 0 && epoll >= 0);
    NEED(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
    SHOW(inotify_add_watch(fd, ".", IN_CREATE));
    SHOW(poll(&poller, 1, 0));
    SHOW(epoll_wait(epoll, &event, 1, 0));
    pid = fork();
    NEED(pid >= 0);
    if (!pid)
        _exit(mkdir("made", 0755) ? 1 : 0);
    SHOW(poll(&poller, 1, -1));
    SHOW(epoll_wait(epoll, &event, 1, -1));
    SHOW(read(fd, bytes, sizeof bytes));
    printf("%d\n", reap(pid));
    pid = fork();
    NEED(pid >= 0);
    if (!pid)
        _exit(mkdir("more", 0755) ? 1 : 0);
    SHOW(read(fd, bytes, sizeof bytes));
    printf("%d\n", reap(pid));
    return 0;
}
