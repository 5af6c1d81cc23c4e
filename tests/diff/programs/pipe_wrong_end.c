/* SPDX-License-Identifier: MIT */
/* pipe_wrong_end.c - each end of a pipe only does its half; pipes cannot seek. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    char byte = 0;

    NEED(pipe(tube) == 0);
    SHOW(read(tube[1], &byte, 1));
    SHOW(write(tube[0], &byte, 1));
    SHOW(lseek(tube[0], 0, SEEK_SET));
    SHOW(pread(tube[0], &byte, 1, 0));
    SHOW(pwrite(tube[1], &byte, 1, 0));
    SHOW(ftruncate(tube[1], 0));
    SHOW(fchdir(tube[0]));
    SHOW(fsync(tube[0]));
    return 0;
}
