/* SPDX-License-Identifier: MIT */
/* signalfd_poll.c - poll, select and epoll see a pending signal of the mask and no other. */
#include "tests/diff/diff.h"
#include <sys/signalfd.h>

int main(void)
{
    struct signalfd_siginfo info;
    struct pollfd poller;
    struct epoll_event event = {.events = EPOLLIN};
    sigset_t set;
    int epoll = epoll_create1(0);
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    NEED(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    sigdelset(&set, SIGUSR2);
    fd = signalfd(-1, &set, 0);
    NEED(fd >= 0 && epoll >= 0);
    poller = (struct pollfd){.fd = fd, .events = POLLIN | POLLOUT};
    NEED(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
    SHOW(poll(&poller, 1, 0));
    kill(getpid(), SIGUSR2);
    SHOW(poll(&poller, 1, 0));
    SHOW(epoll_wait(epoll, &event, 1, 0));
    kill(getpid(), SIGUSR1);
    SHOW(poll(&poller, 1, 0));
    TELL(poller.revents == POLLIN);
    SHOW(epoll_wait(epoll, &event, 1, 0));
    SHOW(read(fd, &info, sizeof info));
    SHOW(poll(&poller, 1, 0));
    SHOW(epoll_wait(epoll, &event, 1, 0));
    return 0;
}
