/* SPDX-License-Identifier: MIT */
/* cpu_mxcsr.c - rounding modes are inherited by a child and not shared with it. */
#include "tests/diff/diff.h"

int main(void)
{
    unsigned control = 0;
    unsigned up = 0x5f80;

    asm volatile("stmxcsr %0" : "=m"(control));
    printf("at first 0x%x\n", control & 0xffc0);
    asm volatile("ldmxcsr %0" : : "m"(up));
    pid_t pid = fork();
    if (pid == 0) {
        asm volatile("stmxcsr %0" : "=m"(control));
        printf("in the child 0x%x\n", control & 0xffc0);
        control = 0x1f80;
        asm volatile("ldmxcsr %0" : : "m"(control));
        sched_yield();
        _exit(0);
    }
    reap(pid);
    asm volatile("stmxcsr %0" : "=m"(control));
    printf("in the parent 0x%x\n", control & 0xffc0);
    unsigned short x87 = 0;
    asm volatile("fnstcw %0" : "=m"(x87));
    printf("x87 control 0x%x\n", x87);
    return 0;
}
