/* SPDX-License-Identifier: MIT */
/* sig_ucontext_registers.c - registers changed in a handler's context are changed in the program.
 */
#include "tests/diff/diff.h"

static void handler(int number, siginfo_t *info, void *context)
{
    ucontext_t *at = context;

    (void)number;
    (void)info;
    printf("rbx 0x%llx, r12 0x%llx\n", at->uc_mcontext.gregs[REG_RBX],
           at->uc_mcontext.gregs[REG_R12]);
    at->uc_mcontext.gregs[REG_RBX] = 0x1111;
    at->uc_mcontext.gregs[REG_R12] = 0x2222;
    at->uc_mcontext.gregs[REG_RCX] = 0x3333;
    at->uc_mcontext.gregs[REG_R11] = 0x4444;
    at->uc_mcontext.gregs[REG_RIP] += 2;
}

int main(void)
{
    long rbx = 0xb, r12 = 0xc, rcx, r11;

    handle_signal(SIGILL, handler, 0);
    asm volatile("mov %4, %%rbx; mov %5, %%r12; ud2; mov %%rbx, %0; mov %%r12, %1; mov %%rcx, %2; "
                 "mov %%r11, %3"
                 : "=&r"(rbx), "=&r"(r12), "=&r"(rcx), "=&r"(r11)
                 : "r"(0xbbL), "r"(0xccL)
                 : "rbx", "r12", "rcx", "r11", "memory");
    printf("rbx 0x%lx, r12 0x%lx, rcx 0x%lx, r11 0x%lx\n", rbx, r12, rcx, r11);
    return 0;
}
