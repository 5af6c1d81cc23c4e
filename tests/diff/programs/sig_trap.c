/* SPDX-License-Identifier: MIT */
/* sig_trap.c - int3 raises SIGTRAP after the instruction. */
#include "tests/diff/diff.h"

static void handler(int number, siginfo_t *info, void *context)
{
    ucontext_t *at = context;
    const unsigned char *next = (void *)at->uc_mcontext.gregs[REG_RIP];

    printf("%s, code %s, after the int3: %d, trap %d\n", signal_name(number),
           info->si_code == SI_KERNEL ? "SI_KERNEL" : "?", next[-1] == 0xcc,
           (int)at->uc_mcontext.gregs[REG_TRAPNO]);
}

int main(void)
{
    handle_signal(SIGTRAP, handler, 0);
    asm volatile("int3");
    printf("went on\n");
    return 0;
}
