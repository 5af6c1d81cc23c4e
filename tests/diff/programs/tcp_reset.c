/* SPDX-License-Identifier: MIT */
/* tcp_reset.c - a close with unread bytes, SO_LINGER 0, bytes to a closed socket. */
#include "tests/diff/socket.h"

static void each(int family)
{
    int client, server;
    char text[16];
    struct linger linger = {1, 0};

    tcp_connected(family, &client, &server);
    NEED(send(client, "unread", 6, 0) == 6);
    await(server, POLLIN);
    NEED(send(server, "kept", 4, 0) == 4);
    await(client, POLLIN);
    close(server);
    await_poll("reset", client, POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
    SHOW(recv(client, text, 2, 0));
    SHOW(recv(client, text, 16, 0));
    SHOW(recv(client, text, 16, 0));
    SHOW(recv(client, text, 16, 0));
    SHOW(send(client, "x", 1, MSG_NOSIGNAL));
    say_names("after", client);
    close(client);
    tcp_connected(family, &client, &server);
    NEED(setsockopt(server, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) == 0);
    close(server);
    await_poll("linger 0", client, POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
    SHOW(send(client, "x", 1, MSG_NOSIGNAL));
    SHOW(send(client, "x", 1, MSG_NOSIGNAL));
    close(client);
    tcp_connected(family, &client, &server);
    close(server);
    await(client, POLLRDHUP);
    catch_signal(SIGPIPE, 0);
    SHOW(send(client, "x", 1, 0)); /* the answer is a reset */
    await_poll("reset by data", client, POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
    printf("signals %d\n", (int)caught_count);
    SHOW(send(client, "x", 1, 0));
    printf("signals %d\n", (int)caught_count);
    SHOW(recv(client, text, 16, 0));
    close(client);
}

int main(void)
{
    each(AF_INET);
    each(AF_INET6);
    return 0;
}
