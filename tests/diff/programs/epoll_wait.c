/* SPDX-License-Identifier: MIT */
/* epoll_wait.c - waiting with epoll, woken by another process. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    struct epoll_event event = {EPOLLIN, {.u32 = 5}};

    NEED(pipe(tube) == 0);
    int epoll = epoll_create1(0);
    NEED(epoll_ctl(epoll, EPOLL_CTL_ADD, tube[0], &event) == 0);
    int64_t start = now_ms();
    SHOW(epoll_wait(epoll, &event, 1, 30));
    TELL(now_ms() - start >= 29);
    pid_t pid = fork();
    if (pid == 0) {
        sleep_ms(20);
        _exit(write(tube[1], "x", 1) != 1);
    }
    SHOW(epoll_wait(epoll, &event, 1, -1));
    printf("events %x, data %u\n", event.events, event.data.u32);
    struct pollfd one = {epoll, POLLIN, 0};
    SHOW(poll(&one, 1, 0));
    reap(pid);
    return 0;
}
