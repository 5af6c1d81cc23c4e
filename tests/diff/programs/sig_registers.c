/* SPDX-License-Identifier: MIT */
/* sig_registers.c - all registers, flags and vectors survive an asynchronous handler. */
#include "tests/diff/diff.h"

static void handler(int number)
{
    volatile double work = 1;

    for (int i = 0; i < 100; i++)
        work = work * 1.5 + number;
    asm volatile("pxor %%xmm0, %%xmm0; pxor %%xmm7, %%xmm7; pxor %%xmm15, %%xmm15"
                 :
                 :
                 : "xmm0", "xmm7", "xmm15");
    caught_count++;
}

int main(void)
{
    long wrong = 0;

    signal(SIGALRM, handler);
    NEED(setitimer(ITIMER_REAL, &(struct itimerval){{0, 2000}, {0, 2000}}, NULL) == 0);
    while (caught_count < 20) {
        long a = 0x123456789, b = -77;
        double x = 3.25, y = -8.5;

        asm volatile("movq %2, %%xmm0; movq %3, %%xmm15; mov %0, %%r8; mov %1, %%r15; std; cld; "
                     "mov $20000, %%ecx; 1: loop 1b; mov %%r8, %0; mov %%r15, %1; "
                     "movq %%xmm0, %2; movq %%xmm15, %3"
                     : "+r"(a), "+r"(b), "+r"(x), "+r"(y)
                     :
                     : "rcx", "r8", "r15", "xmm0", "xmm15");
        wrong += a != 0x123456789 || b != -77 || x != 3.25 || y != -8.5;
    }
    printf("wrong: %ld\n", wrong);
    return 0;
}
