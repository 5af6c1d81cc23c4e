/* SPDX-License-Identifier: MIT */
/* proc_fork_depth.c - a chain of twenty-five generations. */
#include "tests/diff/diff.h"

static int generation(int left)
{
    if (left == 0)
        return 1;
    pid_t pid = fork();

    NEED(pid >= 0);
    if (pid == 0)
        _exit(generation(left - 1));
    return 1 + reap(pid);
}

int main(void)
{
    printf("generations: %d\n", generation(24));
    return 0;
}
