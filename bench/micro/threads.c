/* SPDX-License-Identifier: MIT */
/*
 * threads.c - rows about threads; apart from micro.c, because a C library with threads makes other calls slower.
 *
 * usage: threads [only=NAME,...] [rounds=N]
 */
#include <pthread.h>
#include <sys/syscall.h>
#include "micro.h"

#define FUTEX_WAIT_PRIVATE 128 /* musl has no <linux/futex.h> */
#define FUTEX_WAKE_PRIVATE 129

/* Two threads, each waiting until the word is its own number. */
static int turn;

static void turn_give(int from, int to)
{
    __atomic_store_n(&turn, to, __ATOMIC_RELEASE);
    syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    for (int seen; (seen = __atomic_load_n(&turn, __ATOMIC_ACQUIRE)) != from;) {
        if (seen < 0)
            return;
        syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
    }
}

static void *answer(void *argument)
{
    (void)argument;
    while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) >= 0)
        turn_give(1, 0);
    return NULL;
}

static void futex_round_trip(long n)
{
    for (long i = 0; i < n; i++)
        turn_give(0, 1);
}

static void *nothing(void *argument)
{
    return argument;
}

static void thread_create(long n)
{
    pthread_t thread;

    for (long i = 0; i < n; i++)
        if (pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL))
            die("thread");
}

int main(int argc, char **argv)
{
    pthread_t thread;

    for (int i = 1; i < argc; i++)
        if (!take(argv[i]))
            return 2;
    int error = pthread_create(&thread, NULL, answer, NULL);

    if (error) { /* a system may lack them: the rows stay empty */
        printf("without threads: %s\n", strerror(error));
        return 0;
    }
    row("futex_rtt", futex_round_trip, 5000);
    __atomic_store_n(&turn, -1, __ATOMIC_RELEASE);
    syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    pthread_join(thread, NULL);
    row("pthread_create_join", thread_create, 500);
    return 0;
}
