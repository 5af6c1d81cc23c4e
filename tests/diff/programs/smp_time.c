/* SPDX-License-Identifier: MIT */
/* smp_time.c - time on one CPU is never before a time read earlier on the other. */
#include "tests/diff/thread.h"

static int64_t stamp[2];
static int turn, backwards;

static int64_t ns(clockid_t clock)
{
    struct timespec time;

    NEED(clock_gettime(clock, &time) == 0);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void *plays(void *which)
{
    int self = (int)(long)which;

    pin(self);
    for (int round = 0; round < 3000; round++) {
        while (get(&turn) % 2 != self)
            continue;
        int64_t now = ns(CLOCK_MONOTONIC);

        if (now < __atomic_load_n(&stamp[1 - self], __ATOMIC_SEQ_CST))
            add(&backwards, 1);
        __atomic_store_n(&stamp[self], now, __ATOMIC_SEQ_CST);
        add(&turn, 1);
    }
    return NULL;
}

int main(void)
{
    pin(0);
    pthread_t other = start(plays, (void *)1);

    plays((void *)0);
    join(other);
    printf("backwards %d\n", backwards);
    return 0;
}
