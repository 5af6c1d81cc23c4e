/* SPDX-License-Identifier: MIT */
/* thread_mutex_pi.c - mutexes with priority inheritance under contention. */
#include "tests/diff/thread.h"

static pthread_mutex_t mutex;
static int counter, ready;

static void *count(void *unused)
{
    (void)unused;
    for (int i = 0; i < 2000; i++) {
        pthread_mutex_lock(&mutex);
        counter++;
        if (i % 50 == 0)
            sched_yield(); /* the others find it taken */
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static void *timed(void *unused)
{
    struct timespec past = {1, 0};
    struct timespec soon;

    (void)unused;
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 20000000;
    soon.tv_sec += soon.tv_nsec / 1000000000;
    soon.tv_nsec %= 1000000000;
    SHOW_ERROR(pthread_mutex_trylock(&mutex));
    SHOW_ERROR(pthread_mutex_timedlock(&mutex, &past));
    SHOW_ERROR(pthread_mutex_timedlock(&mutex, &soon));
    return NULL;
}

static void *blocks(void *unused)
{
    (void)unused;
    set(&ready, tid());
    SHOW_ERROR(pthread_mutex_lock(&mutex));
    SHOW_ERROR(pthread_mutex_unlock(&mutex));
    return NULL;
}

int main(void)
{
    pthread_mutexattr_t attr;
    pthread_t thread[4];

    pthread_mutexattr_init(&attr);
    SHOW_ERROR(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT));
    SHOW_ERROR(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK));
    SHOW_ERROR(pthread_mutex_init(&mutex, &attr));
    for (int i = 0; i < 4; i++)
        thread[i] = start(count, NULL);
    for (int i = 0; i < 4; i++)
        join(thread[i]);
    printf("counter %d\n", counter);
    SHOW_ERROR(pthread_mutex_lock(&mutex));
    SHOW_ERROR(pthread_mutex_lock(&mutex));
    join(start(timed, NULL));
    pthread_t waiter = start(blocks, NULL);

    wait_asleep(&ready);
    NEED(pthread_mutex_unlock(&mutex) == 0);
    join(waiter);
    SHOW_ERROR(pthread_mutex_unlock(&mutex));
    return 0;
}
