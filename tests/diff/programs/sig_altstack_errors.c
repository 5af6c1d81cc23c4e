/* SPDX-License-Identifier: MIT */
/* sig_altstack_errors.c - which alternate stacks are refused. */
#include "tests/diff/diff.h"

static char stack[65536];

int main(void)
{
    SHOW(sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = 100}, NULL));
    SHOW(sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack, .ss_flags = 0x100}, NULL));
    SHOW(syscall(SYS_sigaltstack, BAD_POINTER, NULL));
    SHOW(syscall(SYS_sigaltstack, NULL, NULL));
    SHOW(sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL));
    SHOW(syscall(SYS_sigaltstack, NULL, BAD_POINTER));
    return 0;
}
