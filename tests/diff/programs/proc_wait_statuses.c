/* SPDX-License-Identifier: MIT */
/* proc_wait_statuses.c - statuses of children that exit, are killed and crash. */
#include "tests/diff/diff.h"

static int do_this(void *how)
{
    switch (*(const char *)how) {
    case 'e':
        return 3;
    case 'k':
        kill(getpid(), SIGKILL);
        break;
    case 't':
        kill(getpid(), SIGTERM);
        break;
    case 'a':
        abort();
    case 's':
        *(volatile int *)BAD_POINTER = 1;
        break;
    case 'f':
        asm volatile("divl %0" : : "r"(0), "a"(1), "d"(0));
        break;
    case 'i':
        asm volatile("ud2");
        break;
    case 'h':
        asm volatile("hlt");
        break;
    case 'b':
        asm volatile("int3");
        break;
    default:
        break;
    }
    return 77;
}

int main(void)
{
    static const char *ways[] = {"exit", "kill", "term", "abort", "segv",
                                 "fpe",  "ill",  "hlt",  "bpt"};

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        run_child(ways[i], do_this, (void *)ways[i]);
    return 0;
}
