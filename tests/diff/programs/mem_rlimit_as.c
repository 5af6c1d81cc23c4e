/* SPDX-License-Identifier: MIT */
/* mem_rlimit_as.c - RLIMIT_AS bounds the address space. */
#include "tests/diff/diff.h"

static int child(void *unused)
{
    size_t size = 64 << 20;

    (void)unused;
    NEED(setrlimit(RLIMIT_AS, &(struct rlimit){size, size}) == 0);
    SHOW_MAP(mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    SHOW_MAP(mmap(NULL, size / 4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    return 0;
}

int main(void)
{
    run_child("child", child, NULL);
    return 0;
}
