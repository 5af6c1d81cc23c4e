/* SPDX-License-Identifier: MIT */
/* mem_brk.c - the program break moves both ways over zeroed memory. */
#include "tests/diff/diff.h"

int main(void)
{
    char *start = (char *)syscall(SYS_brk, 0);
    char *base = (char *)(((uintptr_t)start + PAGE - 1) & ~(PAGE - 1));

    TELL(start != NULL);
    TELL((char *)syscall(SYS_brk, base + 16 * PAGE) == base + 16 * PAGE);
    size_t nonzero = 0;
    for (size_t i = 0; i < 16 * PAGE; i++)
        nonzero += base[i] != 0;
    printf("bytes not zero: %zu\n", nonzero);
    memset(base, 'b', 16 * PAGE);
    TELL((char *)syscall(SYS_brk, base + PAGE) == base + PAGE);
    printf("kept: %c\n", base[0]);
    say_touch("past the break", base + 2 * PAGE, 'r');
    TELL((char *)syscall(SYS_brk, base + 4 * PAGE) == base + 4 * PAGE);
    printf("zero again: %d\n", base[2 * PAGE]);
    TELL((char *)syscall(SYS_brk, base + 4 * PAGE + 5) == base + 4 * PAGE + 5);
    say_touch("the page that holds the break", base + 4 * PAGE + 4000, 'w');
    TELL((char *)syscall(SYS_brk, (char *)1) == base + 4 * PAGE + 5);
    TELL((char *)syscall(SYS_brk, (char *)0x7fffffffffff) == base + 4 * PAGE + 5);
    return 0;
}
