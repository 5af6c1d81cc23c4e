/* SPDX-License-Identifier: MIT */
/* sys_arch_prctl.c - the FS and GS bases. */
#include "tests/diff/diff.h"

#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003

int main(void)
{
    unsigned long base = 0;
    unsigned long own = 0;
    static unsigned long words[2] = {0x1234, 0x5678};

    SHOW(syscall(SYS_arch_prctl, ARCH_GET_FS, &base));
    asm("mov %%fs:0, %0" : "=r"(own));
    TELL(base == own);
    SHOW(syscall(SYS_arch_prctl, 0x9999, &base));
    SHOW(syscall(SYS_arch_prctl, ARCH_SET_FS, 0xffff800000000000));
    SHOW(syscall(SYS_arch_prctl, ARCH_GET_FS, BAD_POINTER));
    if (fork() == 0) {
        asm("mov %%fs:0, %0" : "=r"(own));
        printf("same in a child: %d\n", base == own);
        long result, word;
        asm volatile("mov %%fs:0, %%r12\n mov %2, %%edi\n mov %3, %%rsi\n mov %4, %%eax\n syscall\n"
                     "mov %%rax, %0\n mov %%fs:8, %1\n mov %%r12, %%rsi\n mov %4, %%eax\n mov %2, "
                     "%%edi\n syscall"
                     : "=&r"(result), "=&r"(word)
                     : "i"(ARCH_SET_FS), "r"(words), "i"(SYS_arch_prctl)
                     : "rax", "rcx", "r11", "r12", "rdi", "rsi", "memory");
        printf("set: %ld, read through it 0x%lx\n", result, word);
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
    return 0;
}
