/* SPDX-License-Identifier: MIT */
/* unix_end.c - ends of streams: eof, EPIPE with its signal, unread bytes. */
#include "tests/diff/socket.h"

int main(void)
{
    int pair[2];
    char buffer[16];

    catch_signal(SIGPIPE, 0);
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    NEED(write(pair[0], "last", 4) == 4);
    close(pair[0]);
    say_poll("closed peer", pair[1]);
    SHOW(read(pair[1], buffer, 16));
    SHOW(read(pair[1], buffer, 16));
    SHOW(write(pair[1], "x", 1));
    printf("signals %d\n", (int)caught_count);
    SHOW(send(pair[1], "x", 1, MSG_NOSIGNAL));
    printf("signals %d\n", (int)caught_count);
    SHOW(write(pair[1], "", 0));
    say_poll("read up", pair[1]);
    close(pair[1]);
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    NEED(write(pair[0], "unread", 6) == 6);
    close(pair[1]); /* with bytes that it did not read */
    say_poll("reset", pair[0]);
    SHOW(read(pair[0], buffer, 16));
    SHOW(read(pair[0], buffer, 16));
    say_poll("after", pair[0]);
    SHOW(write(pair[0], "x", 1));
    printf("signals %d\n", (int)caught_count);
    close(pair[0]);
    NEED(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
    close(pair[1]);
    say_poll("packet", pair[0]);
    SHOW(write(pair[0], "x", 1));
    SHOW(read(pair[0], buffer, 1));
    printf("signals %d\n", (int)caught_count);
    NEED(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
    close(pair[1]);
    say_poll("datagram", pair[0]);
    SHOW(write(pair[0], "x", 1));
    SHOW(write(pair[0], "x", 1));
    SHOW(recv(pair[0], buffer, 1, MSG_DONTWAIT));
    printf("signals %d\n", (int)caught_count);
    return 0;
}
