/* SPDX-License-Identifier: MIT */
/* sig_action_old.c - sigaction gives back handler, flags and mask as they were set. */
#include "tests/diff/diff.h"

static void handler(int number)
{
    (void)number;
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART | SA_NODEFER};
    struct sigaction old;

    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGKILL);
    NEED(sigaction(SIGUSR1, NULL, &old) == 0);
    TELL(old.sa_handler == SIG_DFL);
    NEED(sigaction(SIGUSR1, &action, NULL) == 0);
    action.sa_handler = SIG_IGN;
    NEED(sigaction(SIGUSR1, &action, &old) == 0);
    TELL(old.sa_handler == handler);
    TELL(old.sa_flags & SA_RESTART);
    TELL(old.sa_flags & SA_NODEFER);
    TELL(old.sa_flags & SA_ONSTACK);
    TELL(sigismember(&old.sa_mask, SIGINT) == 1);
    TELL(sigismember(&old.sa_mask, SIGTERM) == 0);
    NEED(sigaction(SIGUSR1, NULL, &old) == 0);
    TELL(old.sa_handler == SIG_IGN);
    return 0;
}
