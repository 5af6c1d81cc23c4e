/* SPDX-License-Identifier: MIT */
/* sig_longjmp_many.c - a thousand faults left by siglongjmp. */
#include "tests/diff/diff.h"

static sigjmp_buf back;

static void handler(int number)
{
    (void)number;
    siglongjmp(back, 1);
}

int main(void)
{
    volatile int faults = 0;

    signal(SIGSEGV, handler);
    for (volatile int i = 0; i < 1000; i++) {
        if (sigsetjmp(back, 1) == 0)
            *(volatile char *)BAD_POINTER = 1;
        else
            faults++;
    }
    printf("faults %d\n", faults);
    return 0;
}
