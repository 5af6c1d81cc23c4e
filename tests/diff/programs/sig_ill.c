/* SPDX-License-Identifier: MIT */
/* sig_ill.c - an invalid instruction raises SIGILL, and the handler may step over it. */
#include "tests/diff/diff.h"

static void handler(int number, siginfo_t *info, void *context)
{
    ucontext_t *at = context;

    printf("%s, code %s, address right %d\n", signal_name(number),
           info->si_code == ILL_ILLOPN ? "ILL_ILLOPN" : "?",
           (uintptr_t)info->si_addr == (uintptr_t)at->uc_mcontext.gregs[REG_RIP]);
    at->uc_mcontext.gregs[REG_RIP] += 2;
}

int main(void)
{
    handle_signal(SIGILL, handler, 0);
    asm volatile("ud2");
    printf("went on\n");
    return 0;
}
