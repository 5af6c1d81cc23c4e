/* SPDX-License-Identifier: MIT */
/* sys_registers.c - a system call changes rax, rcx and r11 only. */
#include "tests/diff/diff.h"

int main(void)
{
    long wrong = 0;

    for (int round = 0; round < 100; round++) {
        unsigned long rbx, rbp, r8, r12, r15, rdi, rdx, flags;
        long rax = round % 2 ? SYS_getppid : SYS_sched_yield;
        register unsigned long r10 asm("r10") = 10;
        register unsigned long r9 asm("r9") = 9;

        asm volatile(
            "push %%rbp; mov $1, %%rbx; mov $2, %%rbp; mov $3, %%r8; mov $4, %%r12; mov $5, %%r15;"
            "mov $6, %%rdi; mov $7, %%rdx; stc; syscall; pushfq; pop %%r11; mov %%rbp, %%rcx;"
            "pop %%rbp"
            : "+a"(rax), "=&b"(rbx), "=&c"(rbp), "=&D"(rdi), "=&d"(rdx), "+r"(r10), "+r"(r9)
            :
            : "r8", "r11", "r12", "r15", "memory");
        asm volatile("mov %%r8, %0; mov %%r12, %1; mov %%r15, %2; mov %%r11, %3"
                     : "=r"(r8), "=r"(r12), "=r"(r15), "=r"(flags));
        wrong += rbx != 1 || rbp != 2 || rdi != 6 || rdx != 7 || r10 != 10 || r9 != 9;
    }
    printf("wrong %ld\n", wrong);
    return 0;
}
