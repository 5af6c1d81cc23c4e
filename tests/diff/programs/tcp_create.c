/* SPDX-License-Identifier: MIT */
/* tcp_create.c - kinds of internet sockets, and those that there are not. */
#include "tests/diff/socket.h"

int main(void)
{
    int families[2] = {AF_INET, AF_INET6};

    for (int i = 0; i < 2; i++) {
        int f = families[i];
        SHOW_OK(socket(f, SOCK_STREAM, 0));
        SHOW_OK(socket(f, SOCK_STREAM, IPPROTO_TCP));
        SHOW_OK(socket(f, SOCK_DGRAM, 0));
        SHOW_OK(socket(f, SOCK_DGRAM, IPPROTO_UDP));
        SHOW(socket(f, SOCK_STREAM, IPPROTO_UDP));
        SHOW(socket(f, SOCK_DGRAM, IPPROTO_TCP));
        SHOW(socket(f, SOCK_STREAM, 300));
        SHOW(socket(f, SOCK_STREAM, -1));
        SHOW(socket(f, SOCK_RAW, 0));
        SHOW(socket(f, SOCK_RDM, 0));
        int fd = socket(f, SOCK_STREAM, 0);
        SHOW(option_number(fd, SOL_SOCKET, SO_DOMAIN));
        SHOW(option_number(fd, SOL_SOCKET, SO_TYPE));
        SHOW(option_number(fd, SOL_SOCKET, SO_PROTOCOL));
        say_poll("new", fd);
        say_names("new", fd);
        SHOW(read(fd, &i, 1));
        SHOW(send(fd, "x", 1, MSG_NOSIGNAL));
        SHOW(shutdown(fd, SHUT_RDWR));
        SHOW(accept(fd, NULL, NULL));
        say_poll("datagram", socket(f, SOCK_DGRAM, 0));
        int pair[2];
        SHOW(socketpair(f, SOCK_STREAM, 0, pair));
    }
    return 0;
}
