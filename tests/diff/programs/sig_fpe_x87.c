/* SPDX-License-Identifier: MIT */
/* sig_fpe_x87.c - an unmasked x87 exception raises SIGFPE with its own code at the next waiting instruction. */
#include "tests/diff/diff.h"

/* Not with SSE: QEMU without KVM never raises its exceptions. */
static sigjmp_buf back;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)context;
    printf("%s, code %s\n", signal_name(number), info->si_code == FPE_FLTDIV ? "FPE_FLTDIV" : "?");
    siglongjmp(back, 1);
}

int main(void)
{
    unsigned short masked = 0x37f;
    unsigned short unmasked = 0x37b; /* division by zero */

    handle_signal(SIGFPE, handler, 0);
    asm volatile("fldcw %0; fld1; fldz; fdivrp; fwait; fstp %%st(0)" : : "m"(masked));
    printf("masked: nothing\n");
    if (sigsetjmp(back, 1) == 0) {
        asm volatile("fninit; fldcw %0; fld1; fldz; fdivrp; fwait" : : "m"(unmasked));
        printf("nothing came\n");
    }
    asm volatile("fninit");
    return 0;
}
