/* SPDX-License-Identifier: MIT */
/* tcp_bind.c - who may have which port. */
#include "tests/diff/socket.h"

static int bound(int family, const char *ip, int port, int reuse, int reuseport, int v6only)
{
    union inet_address address;
    int fd = socket(family, SOCK_STREAM, 0);

    memset(&address, 0, sizeof address);
    set_number(fd, SOL_SOCKET, SO_REUSEADDR, reuse);
    set_number(fd, SOL_SOCKET, SO_REUSEPORT, reuseport);
    if (family == AF_INET6)
        set_number(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6only);
    address.any.sa_family = (sa_family_t)family;
    if (family == AF_INET) {
        inet_pton(AF_INET, ip, &address.v4.sin_addr);
        address.v4.sin_port = htons((uint16_t)port);
    } else {
        inet_pton(AF_INET6, ip, &address.v6.sin6_addr);
        address.v6.sin6_port = htons((uint16_t)port);
    }
    if (bind(fd, &address.any, family == AF_INET ? sizeof address.v4 : sizeof address.v6) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int main(void)
{
    int any4 = bound(AF_INET, "0.0.0.0", 0, 0, 0, 0);
    int port = inet_port(any4);

    SHOW(bound(AF_INET, "127.0.0.1", port, 0, 0, 0));
    SHOW(bound(AF_INET, "127.0.0.1", port, 1, 0, 0));
    SHOW(bound(AF_INET6, "::", port, 0, 0, 0));
    SHOW_OK(bound(AF_INET6, "::1", port, 0, 0, 0));
    SHOW(bound(AF_INET6, "::ffff:127.0.0.1", port, 0, 0, 0));
    SHOW(bound(AF_INET6, "::ffff:127.0.0.1", port, 0, 0, 1));
    close(any4);
    int one = bound(AF_INET, "127.0.0.1", port, 1, 0, 0);
    TELL(one >= 0);
    SHOW_OK(bound(AF_INET, "127.0.0.2", port, 0, 0, 0));
    SHOW(bound(AF_INET, "127.0.0.1", port, 0, 0, 0));
    int two = bound(AF_INET, "127.0.0.1", port, 1, 0, 0);
    TELL(two >= 0);
    SHOW(listen(one, 1));
    SHOW(bound(AF_INET, "127.0.0.1", port, 1, 0, 0));
    SHOW(listen(two, 1));
    int three = bound(AF_INET, "127.0.0.3", 0, 0, 1, 0);
    port = inet_port(three);
    SHOW_OK(bound(AF_INET, "127.0.0.3", port, 0, 1, 0));
    SHOW(bound(AF_INET, "127.0.0.3", port, 0, 0, 0));
    SHOW_OK(bound(AF_INET6, "::", 0, 0, 0, 1));
    int six = bound(AF_INET6, "::", 0, 0, 0, 1);
    port = inet_port(six);
    SHOW_OK(bound(AF_INET, "0.0.0.0", port, 0, 0, 0));
    SHOW(set_number(six, IPPROTO_IPV6, IPV6_V6ONLY, 0));
    SHOW(bound(AF_INET, "192.0.2.1", 0, 0, 0, 0));
    SHOW(bound(AF_INET6, "2001:db8::1", 0, 0, 0, 0));
    SHOW_OK(bound(AF_INET, "127.99.1.2", 0, 0, 0, 0));
    union inet_address address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t length = inet_loopback(&address, AF_INET, 0);
    SHOW(bind(fd, &address.any, length - 1));
    SHOW(bind(fd, &address.any, sizeof address));
    SHOW(bind(fd, &address.any, length));
    fd = socket(AF_INET, SOCK_STREAM, 0);
    address.any.sa_family = AF_UNSPEC;
    SHOW(bind(fd, &address.any, length));
    address.v4.sin_addr.s_addr = 0;
    SHOW(bind(fd, &address.any, length));
    fd = socket(AF_INET, SOCK_STREAM, 0);
    address.any.sa_family = AF_INET6;
    SHOW(bind(fd, &address.any, length));
    fd = socket(AF_INET6, SOCK_STREAM, 0);
    SHOW(bind(fd, &address.any, length));
    address.any.sa_family = AF_INET;
    SHOW(bind(fd, &address.any, sizeof address.v6));
    if (fork() == 0) {
        NEED(setuid(1000) == 0);
        inet_loopback(&address, AF_INET, 80);
        SHOW(bind(socket(AF_INET, SOCK_STREAM, 0), &address.any, sizeof address.v4));
        _exit(0);
    }
    wait(NULL);
    return 0;
}
