/* SPDX-License-Identifier: MIT */
/* proc_kill_permission.c - another user may not signal root's processes. */
#include "tests/diff/diff.h"

static int child(void *unused)
{
    (void)unused;
    NEED(setgid(1234) == 0 && setuid(1234) == 0);
    SHOW(kill(getppid(), 0));
    SHOW(kill(getppid(), SIGTERM));
    SHOW(kill(getpid(), 0));
    SHOW(kill(12345678, 0));
    return 0;
}

int main(void)
{
    run_child("child", child, NULL);
    return 0;
}
