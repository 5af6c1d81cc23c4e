/* SPDX-License-Identifier: MIT */
/* unix_shutdown.c - half-closed streams. */
#include "tests/diff/socket.h"

static void each(int type)
{
    int pair[2];
    char buffer[16];

    printf("type %d\n", type);
    NEED(socketpair(AF_UNIX, type, 0, pair) == 0);
    NEED(write(pair[0], "abc", 3) == 3);
    SHOW(shutdown(pair[0], SHUT_WR));
    say_poll("writer", pair[0]);
    say_poll("reader", pair[1]);
    SHOW(read(pair[1], buffer, 16));
    SHOW(recv(pair[1], buffer, 16, MSG_DONTWAIT));
    SHOW(send(pair[0], "x", 1, MSG_NOSIGNAL));
    SHOW(send(pair[1], "back", 4, MSG_NOSIGNAL));
    SHOW(recv(pair[0], buffer, 16, MSG_DONTWAIT));
    SHOW(shutdown(pair[0], SHUT_RD));
    SHOW(send(pair[1], "back", 4, MSG_NOSIGNAL));
    SHOW(recv(pair[0], buffer, 16, MSG_DONTWAIT));
    say_poll("both", pair[0]);
    say_poll("other", pair[1]);
    SHOW(shutdown(pair[0], 3));
    SHOW(shutdown(pair[0], -1));
    close(pair[0]);
    close(pair[1]);
    NEED(socketpair(AF_UNIX, type, 0, pair) == 0);
    NEED(write(pair[0], "abc", 3) == 3);
    SHOW(shutdown(pair[1], SHUT_RD));
    SHOW(recv(pair[1], buffer, 16, MSG_DONTWAIT));
    SHOW(recv(pair[1], buffer, 16, MSG_DONTWAIT));
    SHOW(send(pair[0], "x", 1, MSG_NOSIGNAL));
    SHOW(shutdown(pair[1], SHUT_RDWR));
    say_poll("peer", pair[0]);
    close(pair[0]);
    close(pair[1]);
}

int main(void)
{
    each(SOCK_STREAM);
    each(SOCK_SEQPACKET);
    each(SOCK_DGRAM);
    return 0;
}
