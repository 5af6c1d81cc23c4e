/* SPDX-License-Identifier: MIT */
/* epoll_basic.c - epoll reports levels, edges and one shots with their data. */
#include "tests/diff/diff.h"

static int epoll;

static void say_wait(const char *when)
{
    struct epoll_event events[4];
    int count = epoll_wait(epoll, events, 4, 0);

    printf("%s: %d", when, count);
    for (int i = 0; i < count; i++)
        printf(" [%x data %u]", events[i].events, events[i].data.u32);
    printf("\n");
}

int main(void)
{
    int tube[2];
    char byte;

    NEED(pipe(tube) == 0);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    NEED(epoll >= 0);
    SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, tube[0], &(struct epoll_event){EPOLLIN, {.u32 = 7}}));
    say_wait("empty");
    NEED(write(tube[1], "ab", 2) == 2);
    say_wait("level");
    say_wait("level again");
    SHOW(epoll_ctl(epoll, EPOLL_CTL_MOD, tube[0],
                   &(struct epoll_event){EPOLLIN | EPOLLET, {.u32 = 8}}));
    say_wait("edge");
    say_wait("edge again");
    NEED(write(tube[1], "c", 1) == 1);
    say_wait("after another write");
    SHOW(epoll_ctl(epoll, EPOLL_CTL_MOD, tube[0],
                   &(struct epoll_event){EPOLLIN | EPOLLONESHOT, {.u32 = 9}}));
    say_wait("one shot");
    say_wait("one shot again");
    SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, tube[1], &(struct epoll_event){EPOLLOUT, {.u32 = 10}}));
    say_wait("writer");
    NEED(read(tube[0], &byte, 1) == 1);
    close(tube[0]);
    say_wait("reader closed");
    SHOW(epoll_ctl(epoll, EPOLL_CTL_DEL, tube[1], NULL));
    say_wait("removed");
    return 0;
}
