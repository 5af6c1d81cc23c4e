/* SPDX-License-Identifier: MIT */
/* thread_fatal.c - a fatal signal ends all threads, whatever they do. */
#include "tests/diff/thread.h"

static int ready;

static void *sleeps(void *unused)
{
    (void)unused;
    add(&ready, 1);
    for (;;)
        pause();
    return NULL;
}

static void *spins(void *unused)
{
    (void)unused;
    add(&ready, 1);
    for (;;)
        __asm__ volatile("pause");
    return NULL;
}

static void *blocked(void *unused)
{
    static int word;

    (void)unused;
    add(&ready, 1);
    for (;;)
        futex(&word, FUTEX_WAIT, 0, NULL);
    return NULL;
}

static void *sends(void *number)
{
    wait_value(&ready, 3);
    kill(getpid(), (int)(long)number);
    for (;;)
        pause();
    return NULL;
}

static int crowd(void *number)
{
    ready = 0;
    start(sleeps, NULL);
    start(spins, NULL);
    start(blocked, NULL);
    start(sends, number);
    for (;;)
        pause();
    return 0;
}

int main(void)
{
    run_child("SIGTERM", crowd, (void *)SIGTERM);
    run_child("SIGKILL", crowd, (void *)SIGKILL);
    run_child("SIGABRT", crowd, (void *)SIGABRT);
    run_child("a real-time signal", crowd, (void *)(long)SIGRTMAX);
    return 0;
}
