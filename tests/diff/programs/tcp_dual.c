/* SPDX-License-Identifier: MIT */
/* tcp_dual.c - an IPv6 socket that speaks IPv4 too. */
#include "tests/diff/socket.h"

int main(void)
{
    int listener = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};
    union inet_address address;
    socklen_t length = sizeof address;

    SHOW(bind(listener, (struct sockaddr *)&any, sizeof any));
    SHOW(listen(listener, 4));
    int port = inet_port(listener);
    int a = socket(AF_INET, SOCK_STREAM, 0), b = socket(AF_INET6, SOCK_STREAM, 0),
        c = socket(AF_INET6, SOCK_STREAM, 0);
    SHOW(inet_connect(a, AF_INET, port));
    int server = accept(listener, &address.any, &length);
    say_inet_address("from IPv4", &address, length);
    say_names("server", server);
    say_names("client", a);
    SHOW(inet_connect(b, AF_INET6, port));
    length = sizeof address;
    server = accept(listener, &address.any, &length);
    say_inet_address("from IPv6", &address, length);
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &any.sin6_addr);
    any.sin6_port = htons((uint16_t)port);
    SHOW(connect(c, (struct sockaddr *)&any, sizeof any));
    say_names("mapped", c);
    int d = socket(AF_INET6, SOCK_STREAM, 0);
    SHOW(set_number(d, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    SHOW(connect(d, (struct sockaddr *)&any, sizeof any));
    /* connecting to no address means loopback */
    struct sockaddr_in zero = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int e = socket(AF_INET, SOCK_STREAM, 0);
    SHOW(connect(e, (struct sockaddr *)&zero, sizeof zero));
    say_names("zero", e);
    zero.sin_family = AF_INET6;
    SHOW(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&zero, sizeof zero));
    SHOW(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&zero, 4));
    inet_pton(AF_INET, "127.0.0.9", &zero.sin_addr);
    zero.sin_family = AF_INET;
    e = socket(AF_INET, SOCK_STREAM, 0);
    SHOW(connect(e, (struct sockaddr *)&zero, sizeof zero));
    say_names("another loopback address", e);
    return 0;
}
