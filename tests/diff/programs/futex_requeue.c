/* SPDX-License-Identifier: MIT */
/* futex_requeue.c - waiters moved from one word to another. */
#include "tests/diff/thread.h"

enum {
    WAITERS = 5
};

static uint32_t words[2];
static int ready[WAITERS], woken;

static void *waits(void *number)
{
    set(&ready[(long)number], tid());
    while (futex(&words[0], FUTEX_WAIT, 0, NULL) != 0)
        continue;
    add(&woken, 1);
    return NULL;
}

int main(void)
{
    pthread_t thread[WAITERS];

    for (long i = 0; i < WAITERS; i++) {
        thread[i] = start(waits, (void *)i);
        wait_asleep(&ready[i]);
    }
    SHOW(futex6(&words[0], FUTEX_CMP_REQUEUE, 1, 2, &words[1], 1));
    SHOW(futex6(&words[0], FUTEX_CMP_REQUEUE, 1, 2, &words[1], 0));
    wait_value(&woken, 1);
    SHOW(futex6(&words[0], FUTEX_REQUEUE, 0, 1, &words[1], 0));
    SHOW(futex(&words[0], FUTEX_WAKE, 10, NULL));
    wait_value(&woken, 2);
    SHOW(futex(&words[1], FUTEX_WAKE, 2, NULL));
    wait_value(&woken, 4);
    SHOW(futex(&words[1], FUTEX_WAKE, 10, NULL));
    for (int i = 0; i < WAITERS; i++)
        join(thread[i]);
    printf("woken %d\n", woken);
    return 0;
}
