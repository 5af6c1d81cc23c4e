/* SPDX-License-Identifier: MIT */
/* unix_create_errors.c - kinds of sockets that there are not. */
#include "tests/diff/socket.h"

int main(void)
{
    int pair[2];

    SHOW_OK(socket(AF_UNIX, SOCK_STREAM, 0));
    SHOW_OK(socket(AF_UNIX, SOCK_DGRAM, AF_UNIX));
    SHOW_OK(socket(AF_UNIX, SOCK_RAW, 0));
    SHOW_OK(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    SHOW(socket(AF_UNIX, SOCK_STREAM, 5));
    SHOW(socket(AF_UNIX, SOCK_RDM, 0));
    SHOW(socket(AF_UNIX, 0, 0));
    SHOW(socket(AF_UNIX, 15, 0));
    SHOW(socket(AF_UNIX, SOCK_STREAM | 0x100, 0));
    SHOW(socket(AF_UNSPEC, SOCK_STREAM, 0));
    SHOW(socket(-1, SOCK_STREAM, 0));
    SHOW(socket(1000, SOCK_STREAM, 0));
    SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, BAD_POINTER));
    SHOW(socketpair(AF_UNIX, SOCK_RDM, 0, pair));
    SHOW(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair));
    SHOW(fcntl(pair[0], F_GETFD));
    SHOW(fcntl(pair[1], F_GETFL) & O_NONBLOCK);
    return 0;
}
