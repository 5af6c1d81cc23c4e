/* SPDX-License-Identifier: MIT */
/* thread_signal_process.c - a signal of the process goes to the one thread that does not block it. */
#include "tests/diff/thread.h"

static int handled_by, go, ends;

static void handler(int number)
{
    (void)number;
    set(&handled_by, tid());
}

static void *takes_it(void *own)
{
    sigset_t all;

    sigfillset(&all);
    sigdelset(&all, SIGUSR1);
    set(own, tid());
    wait_value(&go, 1);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    wait_not(&handled_by, 0);
    return NULL;
}

static void *sleeps_open(void *own)
{
    char byte;

    mask_signal(SIG_UNBLOCK, SIGUSR2);
    set(own, tid());
    SHOW(read(ends, &byte, 1));
    return NULL;
}

int main(void)
{
    int first = 0, second = 0;
    struct sigaction action = {.sa_handler = handler};
    sigset_t pending;
    int pipes[2];

    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    mask_signal(SIG_BLOCK, SIGUSR1);
    mask_signal(SIG_BLOCK, SIGUSR2);
    pthread_t thread = start(takes_it, &first);

    wait_not(&first, 0);
    SHOW(kill(getpid(), SIGUSR1));
    sigpending(&pending);
    TELL(sigismember(&pending, SIGUSR1));
    TELL(handled_by == 0);
    set(&go, 1);
    join(thread);
    TELL(handled_by == first);
    sigpending(&pending);
    TELL(sigismember(&pending, SIGUSR1));
    handled_by = 0;
    NEED(pipe(pipes) == 0);
    ends = pipes[0];
    thread = start(sleeps_open, &second);
    wait_asleep(&second);
    NEED(kill(getpid(), SIGUSR2) == 0);
    wait_value(&handled_by, second);
    join(thread);
    return 0;
}
