/* SPDX-License-Identifier: MIT */
/* sig_fpe_sse.c - an unmasked SSE exception raises SIGFPE with its own code. */
#include "tests/diff/diff.h"

#include <fenv.h>

static sigjmp_buf back;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)context;
    printf("%s, code %s\n", signal_name(number), info->si_code == FPE_FLTDIV ? "FPE_FLTDIV" : "?");
    siglongjmp(back, 1);
}

int main(void)
{
    volatile double zero = 0;
    unsigned control = 0x1f80 & ~0x200u; /* division by zero unmasked */

    handle_signal(SIGFPE, handler, 0);
    printf("masked: %f\n", 1 / zero);
    asm volatile("ldmxcsr %0" : : "m"(control));
    if (sigsetjmp(back, 1) == 0)
        printf("unmasked: %f\n", 1 / zero);
    return 0;
}
