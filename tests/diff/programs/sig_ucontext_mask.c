/* SPDX-License-Identifier: MIT */
/* sig_ucontext_mask.c - the mask in a handler's context becomes the program's mask. */
#include "tests/diff/diff.h"

static void handler(int number, siginfo_t *info, void *context)
{
    ucontext_t *at = context;

    (void)number;
    (void)info;
    printf("SIGTERM blocked before: %d\n", sigismember(&at->uc_sigmask, SIGTERM));
    sigaddset(&at->uc_sigmask, SIGTERM);
    sigaddset(&at->uc_sigmask, SIGKILL);
}

int main(void)
{
    sigset_t mask;

    handle_signal(SIGUSR1, handler, 0);
    raise(SIGUSR1);
    NEED(sigprocmask(SIG_SETMASK, NULL, &mask) == 0);
    TELL(sigismember(&mask, SIGTERM) == 1);
    TELL(sigismember(&mask, SIGKILL) == 0);
    TELL(sigismember(&mask, SIGUSR1) == 0);
    return 0;
}
