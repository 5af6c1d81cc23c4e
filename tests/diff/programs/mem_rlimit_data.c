/* SPDX-License-Identifier: MIT */
/* mem_rlimit_data.c - RLIMIT_DATA limits brk and private writable memory. */
#include "tests/diff/diff.h"

static int body(void *unused)
{
    struct rlimit limit = {8 << 20, 8 << 20};

    (void)unused;
    NEED(setrlimit(RLIMIT_DATA, &limit) == 0);
    SHOW_MAP(mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    SHOW_MAP(mmap(NULL, 16 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    SHOW_MAP(mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    SHOW_MAP(mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    TELL(syscall(SYS_brk, syscall(SYS_brk, 0) + (16 << 20)) == syscall(SYS_brk, 0));
    return 0;
}

int main(void)
{
    run_child("child", body, NULL);
    return 0;
}
