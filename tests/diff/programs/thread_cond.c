/* SPDX-License-Identifier: MIT */
/* thread_cond.c - condition variables: signal, broadcast, timed waits on both clocks. */
#include "tests/diff/thread.h"

enum {
    WAITERS = 6
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int waiting, tickets, served;

static void *waits(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mutex);
    add(&waiting, 1);
    while (tickets == 0)
        pthread_cond_wait(&cond, &mutex);
    tickets--;
    add(&served, 1);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static void hand_out(int count, bool all)
{
    pthread_mutex_lock(&mutex);
    tickets += count;
    if (all)
        pthread_cond_broadcast(&cond);
    else
        pthread_cond_signal(&cond);
    pthread_mutex_unlock(&mutex);
}

int main(void)
{
    pthread_t thread[WAITERS];
    struct timespec past = {1, 0};
    struct timespec soon;
    pthread_condattr_t attr;
    pthread_cond_t monotonic;

    for (int i = 0; i < WAITERS; i++)
        thread[i] = start(waits, NULL);
    wait_value(&waiting, WAITERS);
    hand_out(1, false);
    wait_value(&served, 1);
    hand_out(WAITERS - 1, true);
    for (int i = 0; i < WAITERS; i++)
        join(thread[i]);
    printf("served %d, left %d\n", served, tickets);
    pthread_mutex_lock(&mutex);
    SHOW_ERROR(pthread_cond_timedwait(&cond, &mutex, &past));
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 10000000;
    soon.tv_sec += soon.tv_nsec / 1000000000;
    soon.tv_nsec %= 1000000000;
    SHOW_ERROR(pthread_cond_timedwait(&cond, &mutex, &soon));
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&monotonic, &attr);
    clock_gettime(CLOCK_MONOTONIC, &soon);
    soon.tv_nsec += 10000000;
    soon.tv_sec += soon.tv_nsec / 1000000000;
    soon.tv_nsec %= 1000000000;
    SHOW_ERROR(pthread_cond_timedwait(&monotonic, &mutex, &soon));
    soon.tv_nsec = -1;
    SHOW_ERROR(pthread_cond_timedwait(&monotonic, &mutex, &soon));
    pthread_mutex_unlock(&mutex);
    return 0;
}
