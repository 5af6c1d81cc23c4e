/* SPDX-License-Identifier: MIT */
/* tcp_shutdown.c - all orders of half-closing. */
#include "tests/diff/socket.h"

static int state_of(int fd)
{
    struct tcp_info info;
    socklen_t length = sizeof info;

    NEED(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0);
    return info.tcpi_state;
}

static void say_states(const char *what, int a, int want_a, int b, int want_b)
{
    for (int tries = 0; tries < 1000 && (state_of(a) != want_a || state_of(b) != want_b); tries++)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    printf("%s: %d %d\n", what, state_of(a), state_of(b));
}

int main(void)
{
    int client, server;
    char text[16];

    tcp_connected(AF_INET, &client, &server);
    say_states("new", client, TCP_ESTABLISHED, server, TCP_ESTABLISHED);
    SHOW(shutdown(client, SHUT_RD));
    say_poll("client", client);
    SHOW(recv(client, text, 16, 0));
    SHOW(send(server, "x", 1, MSG_NOSIGNAL));
    await(client, POLLIN);
    SHOW(recv(client, text, 16, MSG_DONTWAIT));
    SHOW(shutdown(client, SHUT_WR));
    await(server, POLLRDHUP);
    say_states("client closed", client, TCP_FIN_WAIT2, server, TCP_CLOSE_WAIT);
    SHOW(recv(server, text, 16, 0));
    SHOW(shutdown(server, SHUT_WR));
    await_poll("client", client, POLLIN | POLLOUT | POLLHUP | POLLRDHUP);
    say_states("both", client, TCP_CLOSE, server, TCP_CLOSE);
    SHOW(shutdown(client, SHUT_RDWR));
    SHOW(shutdown(server, SHUT_RDWR));
    SHOW(send(server, "x", 1, MSG_NOSIGNAL));
    close(client);
    close(server);
    int port, listener = tcp_listener(AF_INET, 2, &port);
    client = socket(AF_INET, SOCK_STREAM, 0);
    NEED(inet_connect(client, AF_INET, port) == 0);
    await(listener, POLLIN);
    SHOW(shutdown(listener, SHUT_WR));
    SHOW(shutdown(listener, SHUT_RD));
    SHOW(accept(listener, NULL, NULL));
    await_poll("client", client, POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
    say_poll("listener", listener);
    SHOW(listen(listener, 1));
    SHOW(recv(client, text, 16, 0));
    return 0;
}
