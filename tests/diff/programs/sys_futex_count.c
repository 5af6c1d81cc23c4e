/* SPDX-License-Identifier: MIT */
/* sys_futex_count.c - how many FUTEX_WAKE wakes: with a count of none or less than that, too; private and not, by value and by bits. */
#include "tests/diff/diff.h"
#include <linux/futex.h>
#include <pthread.h>

#define WAITERS 3

static uint32_t word;

static void *waiter(void *unused)
{
    (void)unused;
    syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0);
    return NULL;
}

static void *private_waiter(void *unused)
{
    (void)unused;
    syscall(SYS_futex, &word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
    return NULL;
}

/* Until so many threads have been found waiting: they are requeued onto the word that they wait for. */
static void wait_for(int flag, int count)
{
    while (syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE | flag, 0, 1000, &word, 0) != count)
        sleep_ms(1);
}

static void round_of(const char *name, int operation, int flag, int count)
{
    pthread_t thread[WAITERS];

    word = 0;
    for (int i = 0; i < WAITERS; i++)
        NEED(pthread_create(&thread[i], NULL, flag ? private_waiter : waiter, NULL) == 0);
    wait_for(flag, WAITERS);
    long woken = syscall(SYS_futex, &word, operation | flag, count, NULL, NULL, -1);

    printf("%s %d: %ld\n", name, count, woken);
    word = 1;
    syscall(SYS_futex, &word, FUTEX_WAKE | flag, WAITERS, NULL, NULL, 0);
    for (int i = 0; i < WAITERS; i++)
        pthread_join(thread[i], NULL);
}

int main(void)
{
    static const int counts[] = {0, 1, 2, 100, -1, INT32_MIN};

    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        round_of("private", FUTEX_WAKE, FUTEX_PRIVATE_FLAG, counts[i]);
        round_of("shared", FUTEX_WAKE, 0, counts[i]);
        round_of("private bits", FUTEX_WAKE_BITSET, FUTEX_PRIVATE_FLAG, counts[i]);
        round_of("shared bits", FUTEX_WAKE_BITSET, 0, counts[i]);
    }
    return 0;
}
