/* SPDX-License-Identifier: MIT */
/* sig_order.c - several pending signals come in the order of their numbers. */
#include "tests/diff/diff.h"

static void handler(int number)
{
    printf("%s\n", signal_name(number));
}

static void run(bool masked)
{
    static const int numbers[] = {SIGTERM, SIGUSR2, SIGHUP, SIGUSR1, SIGINT};
    sigset_t all, old;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction action = {.sa_handler = handler};

        if (masked)
            sigfillset(&action.sa_mask);
        NEED(sigaction(numbers[i], &action, NULL) == 0);
    }
    sigfillset(&all);
    NEED(sigprocmask(SIG_SETMASK, &all, &old) == 0);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        NEED(kill(getpid(), numbers[i]) == 0);
    NEED(sigprocmask(SIG_SETMASK, &old, NULL) == 0);
}

int main(void)
{
    printf("handlers that block everything:\n");
    run(true);
    printf("handlers that interrupt each other:\n");
    run(false);
    return 0;
}
