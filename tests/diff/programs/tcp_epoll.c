/* SPDX-License-Identifier: MIT */
/* tcp_epoll.c - epoll on connections: edges, one-shot, hangups. */
#include "tests/diff/socket.h"

static int epoll;

/* Waits a little for the first event: loopback is asynchronous on Linux. */
static void say(const char *what, unsigned want)
{
    struct epoll_event event[2];
    unsigned seen = 0;

    for (int tries = 0; tries < 100 && (seen & want) != want; tries++) {
        int count = epoll_wait(epoll, event, 2, want ? 20 : 0);
        for (int i = 0; i < count; i++)
            seen |= event[i].events;
        if (!want)
            break;
    }
    printf("%s: %#x\n", what, seen);
}

int main(void)
{
    int client, server;
    char text[64];
    struct epoll_event event = {.events = EPOLLIN | EPOLLET | EPOLLRDHUP};

    epoll = epoll_create1(0);
    tcp_connected(AF_INET, &client, &server);
    NEED(epoll_ctl(epoll, EPOLL_CTL_ADD, server, &event) == 0);
    say("nothing", 0);
    NEED(send(client, "ab", 2, 0) == 2);
    say("edge", EPOLLIN);
    say("no edge", 0);
    NEED(send(client, "cd", 2, 0) == 2);
    say("more", EPOLLIN);
    NEED(recv(server, text, 64, 0) == 4);
    say("read", 0);
    event.events = EPOLLIN | EPOLLONESHOT;
    NEED(epoll_ctl(epoll, EPOLL_CTL_MOD, server, &event) == 0);
    NEED(send(client, "ef", 2, 0) == 2);
    say("one-shot", EPOLLIN);
    NEED(send(client, "gh", 2, 0) == 2);
    await(server, POLLIN);
    say("spent", 0);
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP;
    NEED(epoll_ctl(epoll, EPOLL_CTL_MOD, server, &event) == 0);
    say("level", EPOLLIN | EPOLLOUT);
    NEED(shutdown(client, SHUT_WR) == 0);
    await(server, POLLRDHUP);
    say("half closed", EPOLLRDHUP);
    close(client);
    NEED(recv(server, text, 64, 0) == 4);
    NEED(recv(server, text, 64, 0) == 0);
    say("end", EPOLLIN | EPOLLRDHUP);
    NEED(send(server, "x", 1, MSG_NOSIGNAL) == 1);
    await(server, POLLERR);
    say("reset", EPOLLERR | EPOLLHUP);
    return 0;
}
