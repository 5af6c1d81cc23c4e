/* SPDX-License-Identifier: MIT */
/* mem_lock_fork.c - a child does not inherit locks in memory. */
#include "tests/diff/diff.h"

int main(void)
{
    char *memory = map_pages(1);
    pid_t pid;

    SHOW(mlock(memory, PAGE));
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        SHOW(madvise(memory, PAGE, MADV_DONTNEED));
        _exit(0);
    }
    printf("%d\n", reap(pid));
    SHOW(madvise(memory, PAGE, MADV_DONTNEED));
    return 0;
}
