/* SPDX-License-Identifier: MIT */
/* sys_flags.c - the flags survive a system call (rcx and r11 do not: the ABI says so). */
#include "tests/diff/diff.h"

int main(void)
{
    unsigned long after;

    asm volatile("stc; mov $39, %%eax; syscall; pushfq; pop %0"
                 : "=r"(after)
                 :
                 : "rax", "rcx", "r11", "memory", "cc");
    printf("carry kept %lu\n", after & 1);
    asm volatile("std; mov $39, %%eax; syscall; pushfq; cld; pop %0"
                 : "=r"(after)
                 :
                 : "rax", "rcx", "r11", "memory", "cc");
    printf("direction flag kept %d\n", !!(after & 0x400));
    return 0;
}
