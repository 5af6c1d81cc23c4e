/* SPDX-License-Identifier: MIT */
/* cpu_privileged.c - instructions of the kernel raise SIGSEGV in a program. */
#include "tests/diff/diff.h"

static int try(void *which)
{
    switch (*(const char *)which) {
    case 'c':
        asm volatile("cli");
        break;
    case 'h':
        asm volatile("hlt");
        break;
    case 'i':
        asm volatile("in $0x60, %%al" : : : "al");
        break;
    case 'm':
        asm volatile("mov %%cr3, %%rax" : : : "rax");
        break;
    case 'w':
        asm volatile("wrmsr" : : "a"(0), "c"(0), "d"(0));
        break;
    case '8':
        asm volatile("int $0x81");
        break;
    default:
        break;
    }
    return 0;
}

int main(void)
{
    static const char *names[] = {"cli", "hlt", "in", "mov from cr3", "wrmsr", "8: int 0x81"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        run_child(names[i], try, (void *)names[i]);
    return 0;
}
