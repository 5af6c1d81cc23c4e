/* SPDX-License-Identifier: MIT */
/* unix_epoll_exclusive.c - EPOLLEXCLUSIVE: someone is told of each connection. */
#include "tests/diff/socket.h"

int main(void)
{
    int listener = unix_listener(SOCK_STREAM, "server", 16);
    int done[2];
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};
    int epoll = epoll_create1(0);

    SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event));
    SHOW(epoll_ctl(epoll, EPOLL_CTL_MOD, listener, &event));
    SHOW(epoll_ctl(epoll, EPOLL_CTL_DEL, listener, &event));
    event.events = EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT;
    SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event));
    event.events = EPOLLIN | EPOLLEXCLUSIVE | EPOLLRDHUP;
    SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event));
    event.events = EPOLLIN | EPOLLEXCLUSIVE | EPOLLET;
    SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event));
    NEED(pipe(done) == 0 && fcntl(listener, F_SETFL, O_NONBLOCK) == 0);
    for (int i = 0; i < 3; i++) {
        if (fork())
            continue;
        int own = epoll_create1(0);
        event.events = EPOLLIN | EPOLLEXCLUSIVE;
        NEED(epoll_ctl(own, EPOLL_CTL_ADD, listener, &event) == 0);
        NEED(write(done[1], "r", 1) == 1); /* ready */
        for (;;) {
            char text[4];
            NEED(epoll_wait(own, &event, 1, -1) == 1);
            int fd = accept(listener, NULL, NULL);
            if (fd < 0)
                continue;
            NEED(read(fd, text, 1) == 1);
            if (text[0] == 'q')
                _exit(0);
            NEED(write(done[1], "d", 1) == 1);
            close(fd);
        }
    }
    char text;
    for (int i = 0; i < 3; i++)
        NEED(read(done[0], &text, 1) == 1);
    for (int i = 0; i < 13; i++) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        NEED(unix_connect(fd, "server") == 0);
        NEED(write(fd, i < 10 ? "x" : "q", 1) == 1);
        if (i < 10)
            NEED(read(done[0], &text, 1) == 1);
    }
    int status = 0, bad = 0;
    while (wait(&status) > 0)
        bad += status != 0;
    printf("served, %d failed\n", bad);
    return 0;
}
