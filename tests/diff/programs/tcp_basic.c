/* SPDX-License-Identifier: MIT */
/* tcp_basic.c - a connection over loopback: names, data, end. */
#include "tests/diff/socket.h"

static void each(int family)
{
    int port, listener = tcp_listener(family, 4, &port);
    int client = socket(family, SOCK_STREAM, 0);
    union inet_address address;
    socklen_t length = sizeof address;
    char text[64] = "";

    say_names("listener", listener);
    say_poll("listener", listener);
    SHOW(inet_connect(client, family, port));
    await(listener, POLLIN);
    say_names("client", client);
    SHOW(send(client, "early", 5, 0));
    int server = accept4(listener, &address.any, &length, SOCK_CLOEXEC);
    TELL(server >= 0);
    say_inet_address("accepted", &address, length);
    say_names("server", server);
    SHOW(recv(server, text, 5, MSG_WAITALL));
    printf("%s\n", text);
    say_poll("client", client);
    SHOW(send(server, "answer", 6, 0));
    await(client, POLLIN);
    say_poll("client, readable", client);
    SHOW(recv(client, text, 64, MSG_PEEK));
    SHOW(recv(client, text, 3, 0));
    SHOW(recv(client, text, 64, 0));
    SHOW(recv(client, text, 64, MSG_DONTWAIT));
    SHOW(inet_connect(client, family, port));
    SHOW(listen(client, 1));
    SHOW(inet_bind(client, family, 0));
    SHOW(inet_connect(listener, family, port));
    SHOW(recv(listener, text, 1, 0));
    SHOW(shutdown(client, SHUT_WR));
    await(server, POLLRDHUP);
    say_poll("server, half closed", server);
    SHOW(recv(server, text, 64, 0));
    SHOW(send(server, "late", 4, 0));
    SHOW(recv(client, text, 64, 0));
    SHOW(send(client, "x", 1, MSG_NOSIGNAL));
    close(server);
    await_poll("client, closed", client, POLLIN | POLLOUT | POLLHUP | POLLRDHUP);
    SHOW(recv(client, text, 64, 0));
    SHOW(option_number(client, SOL_SOCKET, SO_ERROR));
    close(client);
    close(listener);
}

int main(void)
{
    each(AF_INET);
    each(AF_INET6);
    return 0;
}
