/* SPDX-License-Identifier: MIT */
/* futex_hammer.c - eight threads hammer one lock made of a futex. */
#include "tests/diff/thread.h"

static int lock, counter;

static void take(void)
{
    int seen = 0;

    if (__atomic_compare_exchange_n(&lock, &seen, 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        return;
    while (__atomic_exchange_n(&lock, 2, __ATOMIC_SEQ_CST) != 0)
        futex(&lock, FUTEX_WAIT | FUTEX_PRIVATE, 2, NULL);
}

static void give(void)
{
    if (__atomic_exchange_n(&lock, 0, __ATOMIC_SEQ_CST) == 2)
        futex(&lock, FUTEX_WAKE | FUTEX_PRIVATE, 1, NULL);
}

static void *hammers(void *unused)
{
    (void)unused;
    for (int i = 0; i < 3000; i++) {
        take();
        counter++;
        if (i % 16 == 0)
            sched_yield();
        give();
    }
    return NULL;
}

int main(void)
{
    pthread_t thread[8];

    for (int i = 0; i < 8; i++)
        thread[i] = start(hammers, NULL);
    for (int i = 0; i < 8; i++)
        join(thread[i]);
    printf("counter %d\n", counter);
    return 0;
}
