/* SPDX-License-Identifier: MIT */
/* sys_flags.c - the flags survive a system call, rcx holds the return address, r11 the flags. */
#include "tests/diff/diff.h"

int main(void)
{
    unsigned long after, rcx, r11, here;

    asm volatile("stc; mov $39, %%eax; syscall; 1: pushfq; pop %0; mov %%rcx, %1; mov %%r11, %2; "
                 "lea 1b(%%rip), %3"
                 : "=&r"(after), "=&r"(rcx), "=&r"(r11), "=&r"(here)
                 :
                 : "rax", "rcx", "r11", "memory", "cc");
    printf("carry kept %lu, rcx right %d, r11 has the carry %lu\n", after & 1, rcx == here,
           r11 & 1);
    asm volatile("std; mov $39, %%eax; syscall; pushfq; cld; pop %0"
                 : "=r"(after)
                 :
                 : "rax", "rcx", "r11", "memory", "cc");
    printf("direction flag kept %d\n", !!(after & 0x400));
    return 0;
}
