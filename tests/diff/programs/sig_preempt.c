/* SPDX-License-Identifier: MIT */
/* sig_preempt.c - a handler interrupts a loop that makes no system calls. */
#include "tests/diff/diff.h"

static sigjmp_buf back;

static void handler(int number)
{
    (void)number;
    siglongjmp(back, 1);
}

int main(void)
{
    signal(SIGALRM, handler);
    for (volatile int i = 0; i < 3; i++) {
        if (sigsetjmp(back, 1) == 0) {
            NEED(setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 10000}}, NULL) == 0);
            for (volatile long spin = 0;; spin++)
                continue;
        }
        printf("out of loop %d\n", i);
    }
    return 0;
}
