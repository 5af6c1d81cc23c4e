/* SPDX-License-Identifier: MIT */
/* thread_barrier.c - barriers in many rounds, and rwlocks with readers and writers. */
#include "tests/diff/thread.h"

enum {
    THREADS = 5,
    ROUNDS = 40
};

static pthread_barrier_t barrier;
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static int serial, at[THREADS], early, pair[2], torn, ready;

static void *walks(void *number)
{
    int self = (int)(long)number;

    for (int round = 1; round <= ROUNDS; round++) {
        set(&at[self], round);
        if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
            add(&serial, 1);
        for (int i = 0; i < THREADS; i++)
            if (get(&at[i]) < round)
                add(&early, 1);
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

static void *reads_writes(void *number)
{
    for (int i = 0; i < 500; i++) {
        if ((i + (int)(long)number) % 5 == 0) {
            pthread_rwlock_wrlock(&lock);
            pair[0]++;
            sched_yield();
            pair[1]++;
        } else {
            pthread_rwlock_rdlock(&lock);
            if (pair[0] != pair[1])
                add(&torn, 1);
        }
        pthread_rwlock_unlock(&lock);
    }
    return NULL;
}

static void *writes_later(void *unused)
{
    (void)unused;
    SHOW_ERROR(pthread_rwlock_trywrlock(&lock));
    SHOW_ERROR(pthread_rwlock_tryrdlock(&lock));
    SHOW_ERROR(pthread_rwlock_unlock(&lock));
    set(&ready, tid());
    pthread_rwlock_wrlock(&lock);
    printf("the writer has it\n");
    pthread_rwlock_unlock(&lock);
    return NULL;
}

int main(void)
{
    pthread_t thread[THREADS];

    pthread_barrier_init(&barrier, NULL, THREADS);
    for (long i = 0; i < THREADS; i++)
        thread[i] = start(walks, (void *)i);
    for (int i = 0; i < THREADS; i++)
        join(thread[i]);
    printf("serial threads %d, early %d\n", serial, early);
    for (long i = 0; i < THREADS; i++)
        thread[i] = start(reads_writes, (void *)i);
    for (int i = 0; i < THREADS; i++)
        join(thread[i]);
    printf("writes %d, torn %d\n", pair[0], torn);
    pthread_rwlock_rdlock(&lock);
    thread[0] = start(writes_later, NULL);
    wait_asleep(&ready);
    printf("the reader unlocks\n");
    pthread_rwlock_unlock(&lock);
    join(thread[0]);
    return 0;
}
