/* SPDX-License-Identifier: MIT */
/* pipe_nonblock.c - O_NONBLOCK gives EAGAIN on an empty and on a full pipe. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    char block[4096] = {0};
    long total = 0;
    ssize_t done;

    NEED(pipe2(tube, O_NONBLOCK) == 0);
    SHOW(read(tube[0], block, 1));
    while ((done = write(tube[1], block, sizeof block)) > 0)
        total += done;
    printf("full after %ld bytes: %s\n", total, error_name(errno));
    SHOW(write(tube[1], block, 1));
    SHOW(read(tube[0], block, 4096));
    SHOW(write(tube[1], block, 4096));
    SHOW(write(tube[1], block, 1));
    return 0;
}
