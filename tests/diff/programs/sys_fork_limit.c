/* SPDX-License-Identifier: MIT */
/* sys_fork_limit.c - RLIMIT_NPROC binds users other than root. */
#include "tests/diff/diff.h"

static int child(void *unused)
{
    (void)unused;
    NEED(setrlimit(RLIMIT_NPROC, &(struct rlimit){1, 1}) == 0);
    NEED(setuid(54321) == 0);
    SHOW(fork());
    return 0;
}

int main(void)
{
    run_child("child", child, NULL);
    return 0;
}
