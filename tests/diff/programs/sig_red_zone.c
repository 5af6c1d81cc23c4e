/* SPDX-License-Identifier: MIT */
/* sig_red_zone.c - a signal leaves the 128 bytes below the stack pointer alone. */
#include "tests/diff/diff.h"

int main(void)
{
    long wrong = 0;

    catch_signal(SIGALRM, 0);
    NEED(setitimer(ITIMER_REAL, &(struct itimerval){{0, 2000}, {0, 2000}}, NULL) == 0);
    while (caught_count < 20) {
        long value;

        asm volatile("movq $0x5a5a, -8(%%rsp); movq $0x5a5a, -128(%%rsp); mov $20000, %%ecx; "
                     "1: loop 1b; mov -8(%%rsp), %0; sub -128(%%rsp), %0"
                     : "=&r"(value)
                     :
                     : "rcx", "memory");
        wrong += value != 0;
    }
    printf("wrong: %ld\n", wrong);
    return 0;
}
