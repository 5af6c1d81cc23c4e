/* SPDX-License-Identifier: MIT */
/* sig_direction_flag.c - a handler starts with the direction flag clear and the program gets its
 * own back. */
#include "tests/diff/diff.h"

static volatile unsigned long flags_in_handler;

static void handler(int number, siginfo_t *info, void *context)
{
    ucontext_t *at = context;
    unsigned long flags;

    (void)number;
    (void)info;
    asm volatile("pushfq; pop %0" : "=r"(flags));
    flags_in_handler = flags;
    at->uc_mcontext.gregs[REG_RIP] += 2;
}

int main(void)
{
    unsigned long after;

    handle_signal(SIGILL, handler, 0);
    asm volatile("std; ud2; pushfq; cld; pop %0" : "=r"(after) : : "memory");
    printf("in the handler %d, afterwards %d\n", !!(flags_in_handler & 0x400), !!(after & 0x400));
    return 0;
}
