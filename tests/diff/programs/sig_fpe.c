/* SPDX-License-Identifier: MIT */
/* sig_fpe.c - division by zero and overflow raise SIGFPE at the instruction. */
#include "tests/diff/diff.h"

static sigjmp_buf back;

static void handler(int number, siginfo_t *info, void *context)
{
    ucontext_t *at = context;

    printf("%s, code %s, address is the instruction's: %d, trap %d\n", signal_name(number),
           info->si_code == FPE_INTDIV ? "FPE_INTDIV" : "?",
           (uintptr_t)info->si_addr == (uintptr_t)at->uc_mcontext.gregs[REG_RIP],
           (int)at->uc_mcontext.gregs[REG_TRAPNO]);
    siglongjmp(back, 1);
}

int main(void)
{
    handle_signal(SIGFPE, handler, 0);
    if (sigsetjmp(back, 1) == 0)
        asm volatile("divl %0" : : "r"(0), "a"(1), "d"(0));
    if (sigsetjmp(back, 1) == 0)
        asm volatile("idivl %0" : : "r"(-1), "a"(INT_MIN), "d"(-1));
    printf("done\n");
    return 0;
}
