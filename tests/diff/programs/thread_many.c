/* SPDX-License-Identifier: MIT */
/* thread_many.c - a thousand threads, one after the other, and two hundred at once. */
#include "tests/diff/thread.h"

enum {
    ROUNDS = 1000,
    CROWD = 200
};

static pthread_barrier_t all;
static int sum;

static void *one(void *number)
{
    add(&sum, (int)(long)number);
    return number;
}

static void *together(void *number)
{
    pthread_barrier_wait(&all); /* passes only when all of them exist */
    add(&sum, 1);
    return number;
}

int main(void)
{
    pthread_t crowd[CROWD];
    pthread_attr_t attr;
    long wrong = 0;

    for (long i = 0; i < ROUNDS; i++)
        wrong += join(start(one, (void *)i)) != (void *)i;
    printf("sum %d, wrong %ld\n", sum, wrong);
    sum = 0;
    pthread_barrier_init(&all, NULL, CROWD + 1);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 65536);
    for (long i = 0; i < CROWD; i++)
        NEED(pthread_create(&crowd[i], &attr, together, (void *)i) == 0);
    pthread_barrier_wait(&all);
    for (long i = 0; i < CROWD; i++)
        wrong += join(crowd[i]) != (void *)i;
    printf("sum %d, wrong %ld\n", sum, wrong);
    return 0;
}
