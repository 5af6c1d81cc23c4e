/* SPDX-License-Identifier: MIT */
/* sig_handler_mask.c - in a handler its own signal and sa_mask are blocked, afterwards no more. */
#include "tests/diff/diff.h"

static void say_mask(const char *when)
{
    sigset_t mask;

    sigprocmask(SIG_SETMASK, NULL, &mask);
    printf("%s:", when);
    for (int number = 1; number < 32; number++) {
        if (sigismember(&mask, number))
            printf(" %s", signal_name(number));
    }
    printf("\n");
}

static void handler(int number)
{
    (void)number;
    say_mask("in the handler");
    mask_signal(SIG_BLOCK, SIGQUIT);
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler};

    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGTERM);
    NEED(sigaction(SIGUSR1, &action, NULL) == 0);
    mask_signal(SIG_BLOCK, SIGHUP);
    say_mask("before");
    raise(SIGUSR1);
    say_mask("after");
    return 0;
}
