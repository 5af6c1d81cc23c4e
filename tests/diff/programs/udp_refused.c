/* SPDX-License-Identifier: MIT */
/* udp_refused.c - nobody at the port: a connected socket learns of it. */
#include "tests/diff/socket.h"

static void each(int family)
{
    int a = socket(family, SOCK_DGRAM, 0), b = socket(family, SOCK_DGRAM, 0);
    union inet_address address;
    char text[8];

    NEED(inet_bind(a, family, 0) == 0);
    int port = inet_port(a);
    close(a);
    socklen_t length = inet_loopback(&address, family, port);
    SHOW(sendto(b, "x", 1, 0, &address.any, length));
    SHOW(recv(b, text, 8, MSG_DONTWAIT));
    SHOW(inet_connect(b, family, port));
    SHOW(send(b, "x", 1, 0));
    await(b, POLLERR);
    say_poll("refused", b);
    SHOW(recv(b, text, 8, MSG_DONTWAIT));
    SHOW(recv(b, text, 8, MSG_DONTWAIT));
    SHOW(send(b, "x", 1, 0));
    await(b, POLLERR);
    SHOW(send(b, "x", 1, 0));
    SHOW(send(b, "x", 1, 0));
    await(b, POLLERR);
    SHOW(option_number(b, SOL_SOCKET, SO_ERROR) == ECONNREFUSED);
    SHOW(option_number(b, SOL_SOCKET, SO_ERROR));
}

int main(void)
{
    each(AF_INET);
    each(AF_INET6);
    return 0;
}
