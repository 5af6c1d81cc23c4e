/* SPDX-License-Identifier: MIT */
/* sys_preempt.c - a process that never yields does not keep others from running. */
#include "tests/diff/diff.h"

int main(void)
{
    volatile int *shared =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    NEED(shared != MAP_FAILED);
    pid_t pid = fork();
    if (pid == 0) {
        while (!*shared)
            continue;
        _exit(6);
    }
    sleep_ms(30);
    *shared = 1;
    printf("child %d\n", reap(pid));
    pid = fork();
    if (pid == 0) {
        *shared = 2;
        _exit(7);
    }
    while (*shared != 2)
        continue;
    printf("child %d\n", reap(pid));
    return 0;
}
