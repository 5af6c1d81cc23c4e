/* SPDX-License-Identifier: MIT */
/* unix_rights_close.c - what only a message holds lives, and ends with the message. */
#include "tests/diff/socket.h"

int main(void)
{
    int pair[2], tube[2], got[4];
    char byte;

    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && pipe(tube) == 0);
    NEED(send_descriptors(pair[0], "w", &tube[1], 1) == 1);
    close(tube[1]);
    NEED(fcntl(tube[0], F_SETFL, O_NONBLOCK) == 0);
    SHOW(read(tube[0], &byte, 1)); /* a writer is in the message */
    close(pair[1]);
    SHOW(read(tube[0], &byte, 1)); /* gone with the queue */
    close(pair[0]);
    NEED(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0 && pipe(tube) == 0);
    NEED(send_descriptors(pair[0], "w", &tube[1], 1) == 1);
    close(tube[1]);
    close(pair[0]);
    NEED(fcntl(tube[0], F_SETFL, O_NONBLOCK) == 0);
    SHOW(read(tube[0], &byte, 1));
    NEED(receive_descriptors(pair[1], got, 1, 0) == 1);
    SHOW(write(got[0], "x", 1));
    SHOW(read(tube[0], &byte, 1));
    return 0;
}
