/* SPDX-License-Identifier: MIT */
/* sig_default_rt.c - an unhandled real-time signal ends the process. */
#include "tests/diff/diff.h"

static int child(void *unused)
{
    (void)unused;
    kill(getpid(), SIGRTMAX);
    return 0;
}

int main(void)
{
    int status = status_of(child, NULL);

    TELL(WIFSIGNALED(status) && WTERMSIG(status) == SIGRTMAX);
    return 0;
}
