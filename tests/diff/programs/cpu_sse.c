/* SPDX-License-Identifier: MIT */
/* cpu_sse.c - floating point and vector state is each process's own. */
#include "tests/diff/diff.h"

int main(void)
{
    volatile double sum = 0;
    pid_t pid = fork();
    double step = pid == 0 ? 0.5 : 0.25;

    for (int i = 0; i < 200000; i++) {
        sum += step;
        if (i % 20000 == 0)
            sched_yield();
    }
    if (pid == 0)
        _exit(sum == 100000.0 ? 0 : 1);
    printf("parent %.1f, child right %d\n", sum, reap(pid) == 0);
    return 0;
}
