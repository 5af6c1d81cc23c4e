/* SPDX-License-Identifier: MIT */
/* proc_fork_tree.c - two to the sixth processes write to one pipe. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    char byte;
    int count = 0;

    NEED(pipe(tube) == 0);
    pid_t first = getpid();
    for (int i = 0; i < 6; i++)
        NEED(fork() >= 0);
    NEED(write(tube[1], "x", 1) == 1);
    close(tube[1]);
    while (wait(NULL) > 0)
        continue;
    if (getpid() != first)
        return 0;
    while (read(tube[0], &byte, 1) == 1)
        count++;
    printf("%d processes wrote\n", count);
    return 0;
}
