/* SPDX-License-Identifier: MIT */
/* sig_unblockable.c - SIGKILL and SIGSTOP cannot be caught, ignored or blocked. */
#include "tests/diff/diff.h"

static int child(void *unused)
{
    sigset_t all;

    (void)unused;
    sigfillset(&all);
    NEED(sigprocmask(SIG_SETMASK, &all, NULL) == 0);
    kill(getpid(), SIGKILL);
    return 1;
}

int main(void)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    sigset_t all, now;

    SHOW(sigaction(SIGKILL, &action, NULL));
    SHOW(sigaction(SIGSTOP, &action, NULL));
    action.sa_handler = SIG_DFL;
    SHOW(sigaction(SIGKILL, &action, NULL));
    SHOW(sigaction(SIGSTOP, NULL, &action));
    sigfillset(&all);
    NEED(sigprocmask(SIG_SETMASK, &all, NULL) == 0);
    NEED(sigprocmask(SIG_SETMASK, NULL, &now) == 0);
    TELL(sigismember(&now, SIGKILL) == 0);
    TELL(sigismember(&now, SIGSTOP) == 0);
    TELL(sigismember(&now, SIGTERM) == 1);
    run_child("child", child, NULL);
    return 0;
}
