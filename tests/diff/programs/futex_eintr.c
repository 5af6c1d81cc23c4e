/* SPDX-License-Identifier: MIT */
/* futex_eintr.c - signals and waits: EINTR, restart with and without a timeout. */
#include "tests/diff/thread.h"

static uint32_t word;
static int ready;

static void *waits(void *timeout)
{
    long result;

    set(&ready, tid());
    result = futex(&word, FUTEX_WAIT, 0, timeout);
    printf("%s: %ld %s\n", timeout ? "timed" : "untimed", result,
           result < 0 ? error_name(errno) : "0");
    return NULL;
}

static void round_of(int flags, void *timeout)
{
    ready = 0;
    catch_signal(SIGUSR1, flags);
    caught_count = 0;
    pthread_t thread = start(waits, timeout);

    wait_asleep(&ready);
    NEED(pthread_kill(thread, SIGUSR1) == 0);
    while (!caught_count)
        sched_yield();
    if (flags & SA_RESTART && !timeout) { /* it goes on waiting */
        wait_asleep(&ready);
        while (futex(&word, FUTEX_WAKE, 1, NULL) == 0)
            sched_yield();
    }
    join(thread);
}

int main(void)
{
    struct timespec hour = {3600, 0};

    round_of(0, NULL);
    round_of(0, &hour);
    round_of(SA_RESTART, NULL);
    round_of(SA_RESTART, &hour);
    return 0;
}
