/* SPDX-License-Identifier: MIT */
/* sig_fork.c - a child inherits handlers and mask but no pending signals and no alarm. */
#include "tests/diff/diff.h"

static int child(void *unused)
{
    sigset_t mask;

    (void)unused;
    say_pending("in the child");
    NEED(sigprocmask(SIG_SETMASK, NULL, &mask) == 0);
    TELL(sigismember(&mask, SIGUSR1) == 1);
    SHOW(alarm(0));
    mask_signal(SIG_UNBLOCK, SIGUSR1);
    printf("caught %d\n", (int)caught_count);
    raise(SIGUSR1);
    printf("caught %d\n", (int)caught_count);
    return 0;
}

int main(void)
{
    catch_signal(SIGUSR1, 0);
    mask_signal(SIG_BLOCK, SIGUSR1);
    raise(SIGUSR1);
    alarm(100);
    say_pending("in the parent");
    run_child("child", child, NULL);
    TELL(alarm(0) > 0);
    return 0;
}
