/* SPDX-License-Identifier: MIT */
/* sig_longjmp.c - siglongjmp out of a handler restores the mask, or leaves it. */
#include "tests/diff/diff.h"

static sigjmp_buf back;

static void handler(int number)
{
    (void)number;
    siglongjmp(back, 5);
}

int main(void)
{
    sigset_t mask;

    signal(SIGUSR1, handler);
    for (volatile int save = 1; save >= 0; save--) {
        int got = sigsetjmp(back, save);

        if (got == 0)
            raise(SIGUSR1);
        sigprocmask(SIG_SETMASK, NULL, &mask);
        printf("saved %d: returned %d, blocked afterwards %d\n", save, got,
               sigismember(&mask, SIGUSR1));
    }
    return 0;
}
