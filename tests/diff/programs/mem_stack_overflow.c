/* SPDX-License-Identifier: MIT */
/* mem_stack_overflow.c - endless recursion ends with SIGSEGV. */
#include "tests/diff/diff.h"

static volatile int depth;

static int recurse(int level)
{
    volatile char frame[4000];

    depth = level;
    frame[level % 4000] = (char)level;
    return recurse(level + 1) + frame[1];
}

static int child(void *unused)
{
    (void)unused;
    return recurse(0) & 1;
}

int main(void)
{
    run_child("recursing child", child, NULL);
    printf("the parent goes on, depth here %d\n", depth);
    return 0;
}
