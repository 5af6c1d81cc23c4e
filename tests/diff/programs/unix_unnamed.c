/* SPDX-License-Identifier: MIT */
/* unix_unnamed.c - sockets without a name. */
#include "tests/diff/socket.h"

int main(void)
{
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    int pair[2];
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    SHOW(getsockname(fd, (struct sockaddr *)&name, &length));
    say_unix_address("own", &name, length);
    SHOW(getpeername(fd, (struct sockaddr *)&name, &length));
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    length = sizeof name;
    SHOW(getpeername(pair[0], (struct sockaddr *)&name, &length));
    say_unix_address("peer", &name, length);
    SHOW(listen(pair[0], 1));
    SHOW(listen(fd, 1));
    SHOW(accept(fd, NULL, NULL));
    SHOW(send(fd, "x", 1, MSG_NOSIGNAL));
    SHOW(recv(fd, &length, 1, 0));
    SHOW(shutdown(fd, SHUT_WR));
    SHOW(send(fd, "x", 1, MSG_NOSIGNAL));
    say_poll("new stream", socket(AF_UNIX, SOCK_STREAM, 0));
    say_poll("new datagram", socket(AF_UNIX, SOCK_DGRAM, 0));
    say_poll("new seqpacket", socket(AF_UNIX, SOCK_SEQPACKET, 0));
    int datagram = socket(AF_UNIX, SOCK_DGRAM, 0);
    SHOW(send(datagram, "x", 1, MSG_NOSIGNAL));
    SHOW(recv(datagram, &length, 1, MSG_DONTWAIT));
    SHOW(listen(datagram, 1));
    SHOW(accept(datagram, NULL, NULL));
    int packet = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    SHOW(send(packet, "x", 1, MSG_NOSIGNAL));
    SHOW(recv(packet, &length, 1, MSG_DONTWAIT));
    return 0;
}
