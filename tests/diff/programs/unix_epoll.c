/* SPDX-License-Identifier: MIT */
/* unix_epoll.c - level, edge and one-shot; hangups. */
#include "tests/diff/socket.h"

static int epoll;

static void say(const char *what)
{
    struct epoll_event event[4];
    int count = epoll_wait(epoll, event, 4, 0);

    printf("%s: %d", what, count);
    for (int i = 0; i < count; i++)
        printf(" %#x", event[i].events);
    printf("\n");
}

static void watch(int fd, unsigned events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};

    NEED(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
}

int main(void)
{
    int pair[2];
    char text[64];
    struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT};

    epoll = epoll_create1(0);
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    watch(pair[0], EPOLLIN);
    say("level, nothing");
    NEED(write(pair[1], "ab", 2) == 2);
    say("level");
    say("level again");
    NEED(read(pair[0], text, 64) == 2);
    say("level, read");
    NEED(epoll_ctl(epoll, EPOLL_CTL_DEL, pair[0], NULL) == 0);
    watch(pair[0], EPOLLIN | EPOLLET | EPOLLRDHUP);
    say("edge, nothing");
    NEED(write(pair[1], "ab", 2) == 2);
    say("edge");
    say("edge again");
    NEED(write(pair[1], "cd", 2) == 2);
    say("edge, more");
    NEED(write(pair[0], "out", 3) == 3);
    NEED(read(pair[1], text, 64) == 3);
    say("edge, peer read");
    NEED(shutdown(pair[1], SHUT_WR) == 0);
    say("edge, half closed");
    say("edge, half closed again");
    NEED(epoll_ctl(epoll, EPOLL_CTL_MOD, pair[0], &event) == 0);
    say("one-shot");
    say("one-shot again");
    NEED(epoll_ctl(epoll, EPOLL_CTL_MOD, pair[0], &event) == 0);
    say("one-shot armed");
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    NEED(epoll_ctl(epoll, EPOLL_CTL_MOD, pair[0], &event) == 0);
    say("all");
    close(pair[1]);
    say("closed");
    close(pair[0]);
    say("gone");
    int listener = unix_listener(SOCK_STREAM, "server", 4);
    watch(listener, EPOLLIN | EPOLLET);
    int a = socket(AF_UNIX, SOCK_STREAM, 0), b = socket(AF_UNIX, SOCK_STREAM, 0);
    watch(a, EPOLLOUT);
    say("unconnected");
    NEED(unix_connect(a, "server") == 0);
    say("connected");
    NEED(unix_connect(b, "server") == 0);
    NEED(accept(listener, NULL, NULL) >= 0);
    say("second");
    return 0;
}
