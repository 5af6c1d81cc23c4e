/* SPDX-License-Identifier: MIT */
/* sig_bad_stack.c - a signal whose frame cannot be written kills with SIGSEGV. */
#include "tests/diff/diff.h"

static int child(void *unused)
{
    (void)unused;
    catch_signal(SIGUSR1, 0);
    asm volatile("mov $0x1000, %%rsp; mov %0, %%edi; mov %1, %%esi; mov %2, %%eax; syscall; ud2"
                 :
                 : "r"(getpid()), "i"(SIGUSR1), "i"(SYS_kill)
                 : "rdi", "rsi", "rax", "memory");
    return 0;
}

int main(void)
{
    run_child("child", child, NULL);
    return 0;
}
