/* SPDX-License-Identifier: MIT */
/* proc_setsid.c - sessions: leaders, refusals, getsid. */
#include "tests/diff/diff.h"

static int child(void *unused)
{
    pid_t before = getsid(0);
    (void)unused;

    pid_t session = setsid();
    TELL(session == getpid());
    TELL(getsid(0) == getpid());
    TELL(getpgrp() == getpid());
    TELL(getsid(getppid()) == before);
    SHOW(setsid());
    return 0;
}

int main(void)
{
    TELL(getsid(0) == getpid());
    SHOW(setsid());
    SHOW(getsid(12345678));
    SHOW(getsid(-1));
    run_child("child", child, NULL);
    return 0;
}
