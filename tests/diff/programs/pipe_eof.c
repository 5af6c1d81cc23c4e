/* SPDX-License-Identifier: MIT */
/* pipe_eof.c - reading ends when the last writer is gone, also a copy of it. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    char byte;

    NEED(pipe(tube) == 0);
    int copy = dup(tube[1]);
    NEED(write(tube[1], "a", 1) == 1);
    SHOW(close(tube[1]));
    SHOW(read(tube[0], &byte, 1));
    NEED(fcntl(tube[0], F_SETFL, O_NONBLOCK) == 0);
    SHOW(read(tube[0], &byte, 1));
    SHOW(close(copy));
    SHOW(read(tube[0], &byte, 1));
    SHOW(read(tube[0], &byte, 1));
    return 0;
}
