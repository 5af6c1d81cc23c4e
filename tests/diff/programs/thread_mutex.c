/* SPDX-License-Identifier: MIT */
/* thread_mutex.c - mutexes: normal, recursive, error-checking, trylock, timed. */
#include "tests/diff/thread.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int counter, ready;

static void *count(void *unused)
{
    (void)unused;
    for (int i = 0; i < 5000; i++) {
        pthread_mutex_lock(&mutex);
        counter++;
        if (i % 100 == 0)
            sched_yield();
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static void *try_it(void *which)
{
    struct timespec past = {1, 0};

    SHOW_ERROR(pthread_mutex_trylock(which));
    SHOW_ERROR(pthread_mutex_timedlock(which, &past));
    SHOW_ERROR(pthread_mutex_unlock(which));
    return NULL;
}

static void *blocks(void *which)
{
    set(&ready, tid());
    pthread_mutex_lock(which);
    printf("got it after the owner\n");
    pthread_mutex_unlock(which);
    return NULL;
}

int main(void)
{
    pthread_t thread[4];
    pthread_mutexattr_t attr;
    pthread_mutex_t other;

    for (int i = 0; i < 4; i++)
        thread[i] = start(count, NULL);
    for (int i = 0; i < 4; i++)
        join(thread[i]);
    printf("counter %d\n", counter);
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&other, &attr);
    SHOW_ERROR(pthread_mutex_lock(&other));
    SHOW_ERROR(pthread_mutex_lock(&other));
    SHOW_ERROR(pthread_mutex_unlock(&other));
    join(start(try_it, &other));
    SHOW_ERROR(pthread_mutex_unlock(&other));
    SHOW_ERROR(pthread_mutex_unlock(&other));
    pthread_mutex_destroy(&other);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&other, &attr);
    SHOW_ERROR(pthread_mutex_unlock(&other));
    SHOW_ERROR(pthread_mutex_lock(&other));
    SHOW_ERROR(pthread_mutex_lock(&other));
    join(start(try_it, &other));
    pthread_t waiter = start(blocks, &other);

    wait_asleep(&ready);
    printf("the owner unlocks\n");
    fflush(stdout);
    pthread_mutex_unlock(&other);
    join(waiter);
    return 0;
}
