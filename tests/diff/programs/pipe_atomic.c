/* SPDX-License-Identifier: MIT */
/* pipe_atomic.c - a write of up to 4096 bytes to a pipe that is nearly full is all or nothing. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    static char block[65536];

    NEED(pipe2(tube, O_NONBLOCK) == 0);
    NEED(write(tube[1], block, 61440) == 61440);
    SHOW(write(tube[1], block, 4096));
    SHOW(read(tube[0], block, 4096));
    SHOW(write(tube[1], block, 5000));
    SHOW(write(tube[1], block, 4096));
    return 0;
}
