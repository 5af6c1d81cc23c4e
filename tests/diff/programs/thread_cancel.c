/* SPDX-License-Identifier: MIT */
/* thread_cancel.c - cancellation: in a read, in a loop of tests, disabled, with cleanup. */
#include "tests/diff/thread.h"

static int ready, pipes[2], cleaned;

static void cleanup(void *what)
{
    printf("cleanup: %s\n", (const char *)what);
    add(&cleaned, 1);
}

static void *reads(void *unused)
{
    char byte;

    (void)unused;
    pthread_cleanup_push(cleanup, "in read");
    set(&ready, tid());
    if (read(pipes[0], &byte, 1) < 0)
        printf("read failed\n");
    pthread_cleanup_pop(0);
    return NULL;
}

static void *spins(void *unused)
{
    (void)unused;
    pthread_cleanup_push(cleanup, "spinning");
    set(&ready, 1);
    for (;;)
        pthread_testcancel();
    pthread_cleanup_pop(0);
    return NULL;
}

static void *refuses(void *unused)
{
    int old = -1;

    (void)unused;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
    TELL(old == PTHREAD_CANCEL_ENABLE);
    set(&ready, 1);
    wait_value(&ready, 2);
    pthread_testcancel();
    printf("not cancelled while disabled\n");
    pthread_cleanup_push(cleanup, "at the test");
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
    pthread_testcancel();
    pthread_cleanup_pop(0);
    return NULL;
}

int main(void)
{
    NEED(pipe(pipes) == 0);
    pthread_t thread = start(reads, NULL);

    wait_asleep(&ready);
    NEED(pthread_cancel(thread) == 0);
    TELL(join(thread) == PTHREAD_CANCELED);
    ready = 0;
    thread = start(spins, NULL);
    wait_value(&ready, 1);
    NEED(pthread_cancel(thread) == 0);
    TELL(join(thread) == PTHREAD_CANCELED);
    ready = 0;
    thread = start(refuses, NULL);
    wait_value(&ready, 1);
    NEED(pthread_cancel(thread) == 0);
    set(&ready, 2);
    TELL(join(thread) == PTHREAD_CANCELED);
    printf("cleaned %d\n", cleaned);
    return 0;
}
