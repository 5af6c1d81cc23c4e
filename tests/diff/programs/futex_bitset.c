/* SPDX-License-Identifier: MIT */
/* futex_bitset.c - bit sets select whom a wake reaches. */
#include "tests/diff/thread.h"

static uint32_t word;
static int ready[3], woken[3];

static void *waits(void *number)
{
    long i = (long)number;

    set(&ready[i], tid());
    while (futex6(&word, FUTEX_WAIT_BITSET, 0, 0, NULL, 1u << i) != 0)
        continue;
    set(&woken[i], 1);
    return NULL;
}

int main(void)
{
    pthread_t thread[3];

    for (long i = 0; i < 3; i++) {
        thread[i] = start(waits, (void *)i);
        wait_asleep(&ready[i]);
    }
    SHOW(futex6(&word, FUTEX_WAKE_BITSET, 10, 0, NULL, 8));
    SHOW(futex6(&word, FUTEX_WAKE_BITSET, 10, 0, NULL, 2));
    wait_value(&woken[1], 1);
    printf("%d %d %d\n", get(&woken[0]), get(&woken[1]), get(&woken[2]));
    SHOW(futex6(&word, FUTEX_WAKE_BITSET, 1, 0, NULL, 5));
    wait_value(&woken[0], 1);
    printf("%d %d %d\n", get(&woken[0]), get(&woken[1]), get(&woken[2]));
    SHOW(futex(&word, FUTEX_WAKE, 10, NULL));
    for (int i = 0; i < 3; i++)
        join(thread[i]);
    return 0;
}
