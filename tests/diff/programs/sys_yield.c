/* SPDX-License-Identifier: MIT */
/* sys_yield.c - two processes that yield make progress together. */
#include "tests/diff/diff.h"

int main(void)
{
    volatile int *counters =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    NEED(counters != MAP_FAILED);
    pid_t pid = fork();
    if (pid == 0) {
        while (counters[0] < 1000 || counters[1] < 10) {
            counters[1]++;
            sched_yield();
        }
        _exit(0);
    }
    while (counters[0] < 1000 || counters[1] < 10) {
        counters[0]++;
        sched_yield();
    }
    printf("child %d, it counted: %d\n", reap(pid), counters[1] >= 10);
    return 0;
}
