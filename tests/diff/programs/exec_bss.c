/* SPDX-License-Identifier: MIT */
/* exec_bss.c - zeroed and initialised data of a program are as the file says. */
#include "tests/diff/diff.h"

static char zeros[1 << 20];
static int values[5] = {1, 2, 3, 4, 5};
static const char words[] = "read-only words";
static char *pointer = (char *)&values[2];

int main(void)
{
    size_t nonzero = 0;

    for (size_t i = 0; i < sizeof zeros; i++)
        nonzero += zeros[i] != 0;
    printf("bytes of bss that are not zero: %zu\n", nonzero);
    memset(zeros, 0x5a, sizeof zeros);
    printf("last byte of bss: 0x%x\n", zeros[sizeof zeros - 1]);
    for (int i = 0; i < 5; i++)
        printf("values[%d] = %d\n", i, values[i]);
    TELL(*(int *)pointer == 3);
    say_touch("writing to constants", (void *)words, 'w');
    say_touch("calling data", values, 'x');
    say_touch("writing to code", (void *)main, 'w');
    say_touch("reading code", (void *)main, 'r');
    return 0;
}
