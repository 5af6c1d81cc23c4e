/* SPDX-License-Identifier: MIT */
/* udp_basic.c - datagrams over loopback. */
#include "tests/diff/socket.h"

static void each(int family)
{
    int a = socket(family, SOCK_DGRAM, 0), b = socket(family, SOCK_DGRAM, 0);
    union inet_address address;
    socklen_t length;
    char text[64] = "";
    int value = -1;

    NEED(inet_bind(a, family, 0) == 0);
    say_names("bound", a);
    say_names("new", b);
    length = inet_loopback(&address, family, inet_port(a));
    SHOW(sendto(b, "first", 5, 0, &address.any, length));
    SHOW(sendto(b, "", 0, 0, &address.any, length));
    SHOW(sendto(b, "a longer one", 12, 0, &address.any, length));
    say_names("after a send", b);
    await(a, POLLIN);
    SHOW(ioctl(a, FIONREAD, &value));
    printf("%d\n", value);
    length = sizeof address;
    SHOW(recvfrom(a, text, 64, 0, &address.any, &length));
    say_inet_address("from", &address, length);
    SHOW(recv(a, text, 64, 0));
    SHOW(recv(a, text, 4, MSG_PEEK | MSG_TRUNC));
    SHOW(recv(a, text, 4, 0));
    SHOW(recv(a, text, 64, MSG_DONTWAIT));
    SHOW(sendto(a, "back", 4, 0, &address.any, length));
    SHOW(recv(b, text, 64, 0));
    SHOW(send(b, "x", 1, 0));
    SHOW(inet_connect(b, family, inet_port(a)));
    say_names("connected", b);
    SHOW(send(b, "connected", 9, 0));
    SHOW(recv(a, text, 64, 0));
    int c = socket(family, SOCK_DGRAM, 0);
    length = inet_loopback(&address, family, inet_port(b));
    SHOW(sendto(c, "stranger", 8, 0, &address.any, length));
    SHOW(recv(b, text, 64, MSG_DONTWAIT));
    struct sockaddr unspec = {.sa_family = AF_UNSPEC};
    SHOW(connect(b, &unspec, sizeof unspec));
    say_names("disconnected", b);
    static char large[70000];
    length = inet_loopback(&address, family, inet_port(a));
    SHOW(sendto(b, large, 60000, 0, &address.any, length));
    SHOW(recv(a, large, sizeof large, 0));
    SHOW(sendto(b, large, 65508 + (family == AF_INET6 ? 20 : 0), 0, &address.any, length));
    SHOW(sendto(b, large, 70000, 0, &address.any, length));
    length = inet_loopback(&address, family, 0);
    SHOW(sendto(b, "x", 1, 0, &address.any, length));
    SHOW(sendto(b, "x", 1, 0, &address.any, 8));
    SHOW(listen(a, 1));
    SHOW(accept(a, NULL, NULL));
    SHOW(shutdown(a, SHUT_WR));
    say_poll("bound", a);
    SHOW(inet_bind(a, family, 0));
}

int main(void)
{
    each(AF_INET);
    each(AF_INET6);
    return 0;
}
