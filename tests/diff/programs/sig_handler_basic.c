/* SPDX-License-Identifier: MIT */
/* sig_handler_basic.c - a handler runs once for each signal sent to oneself. */
#include "tests/diff/diff.h"

static void handler(int number)
{
    printf("handler for %s\n", signal_name(number));
}

int main(void)
{
    struct sigaction old;

    signal(SIGUSR1, handler);
    signal(SIGUSR2, handler);
    SHOW(raise(SIGUSR1));
    SHOW(kill(getpid(), SIGUSR2));
    NEED(sigaction(SIGUSR1, NULL, &old) == 0);
    TELL(old.sa_handler == handler);
    TELL(signal(SIGUSR1, SIG_DFL) == handler);
    return 0;
}
