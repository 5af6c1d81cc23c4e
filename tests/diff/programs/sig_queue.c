/* SPDX-License-Identifier: MIT */
/* sig_queue.c - sigqueue carries a value; real-time signals queue up in order, others do not. */
#include "tests/diff/diff.h"

static void handler(int number, siginfo_t *info, void *context)
{
    (void)context;
    printf("%s %d: value %d, %s\n", number < 32 ? "standard" : "real-time",
           number < 32 ? number : number - SIGRTMIN, info->si_value.sival_int,
           info->si_code == SI_QUEUE ? "SI_QUEUE" : "another code");
}

int main(void)
{
    sigset_t all, old;

    handle_signal(SIGRTMIN, handler, 0);
    handle_signal(SIGRTMIN + 1, handler, 0);
    handle_signal(SIGUSR1, handler, 0);
    sigfillset(&all);
    NEED(sigprocmask(SIG_SETMASK, &all, &old) == 0);
    for (int i = 0; i < 3; i++) {
        union sigval value = {.sival_int = 10 + i};

        SHOW(sigqueue(getpid(), SIGRTMIN + 1, value));
        SHOW(sigqueue(getpid(), SIGRTMIN, value));
        SHOW(sigqueue(getpid(), SIGUSR1, value));
    }
    sigemptyset(&all);
    while (sigpending(&old) == 0 && (sigismember(&old, SIGUSR1) || sigismember(&old, SIGRTMIN) ||
                                     sigismember(&old, SIGRTMIN + 1)))
        sigsuspend(&all);
    SHOW(sigqueue(getpid(), 0, (union sigval){0}));
    SHOW(sigqueue(getpid(), 65, (union sigval){0}));
    SHOW(sigqueue(12345678, SIGUSR1, (union sigval){0}));
    return 0;
}
