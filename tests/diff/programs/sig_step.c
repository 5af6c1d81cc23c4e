/* SPDX-License-Identifier: MIT */
/* sig_step.c - the trap flag set in a handler's context single-steps the program. */
#include "tests/diff/diff.h"

static volatile int steps;

static void handler(int number, siginfo_t *info, void *context)
{
    ucontext_t *at = context;

    (void)number;
    if (info->si_code == SI_KERNEL) {
        at->uc_mcontext.gregs[REG_EFL] |= 0x100;
        return;
    }
    if (++steps == 5)
        at->uc_mcontext.gregs[REG_EFL] &= ~0x100L;
    if (steps == 1)
        printf("code %s\n", info->si_code == TRAP_TRACE ? "TRAP_TRACE" : "?");
}

int main(void)
{
    handle_signal(SIGTRAP, handler, 0);
    asm volatile("int3; nop; nop; nop; nop; nop; nop; nop; nop");
    printf("steps %d\n", steps);
    return 0;
}
