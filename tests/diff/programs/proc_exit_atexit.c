/* SPDX-License-Identifier: MIT */
/* proc_exit_atexit.c - exit runs handlers last first and flushes, _exit does neither. */
#include "tests/diff/diff.h"

static void first(void)
{
    printf("registered first\n");
}

static void second(void)
{
    printf("registered second\n");
}

static int child(void *how)
{
    printf("unfinished line");
    if (how)
        exit(0);
    _exit(0);
}

int main(void)
{
    atexit(first);
    atexit(second);
    fflush(stdout);
    printf("_exit:\n");
    run_child("child", child, NULL);
    printf("exit:\n");
    run_child("child", child, "");
    return 3;
}
