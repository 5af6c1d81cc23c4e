/* SPDX-License-Identifier: MIT */
/* thread_exit_group.c - exit_group from any thread, while others exit, sleep, create and fault. */
#include "tests/diff/thread.h"

static int ready;

static void *creates(void *unused)
{
    (void)unused;
    add(&ready, 1);
    for (;;) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, (void *(*)(void *))(void (*)(void))getpid, NULL) == 0)
            pthread_join(thread, NULL);
    }
    return NULL;
}

static void *faults(void *unused)
{
    (void)unused;
    add(&ready, 1);
    for (;;) {
        char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        page[0] = 1;
        munmap(page, PAGE);
    }
    return NULL;
}

static void *forks(void *unused)
{
    (void)unused;
    add(&ready, 1);
    for (;;) {
        pid_t pid = fork();

        if (pid == 0)
            _exit(0);
        waitpid(pid, NULL, 0);
    }
    return NULL;
}

static void *ends_all(void *status)
{
    wait_value(&ready, 3);
    _exit((int)(long)status);
    return NULL;
}

static int crowd(void *round)
{
    ready = 0;
    start(creates, NULL);
    start(faults, NULL);
    start(forks, NULL);
    if ((long)round % 2) {
        start(ends_all, (void *)(20 + (long)round));
        for (;;)
            pause();
    }
    wait_value(&ready, 3);
    return 20 + (int)(long)round;
}

static void *exits_with(void *status)
{
    add(&ready, 1);
    wait_value(&ready, 8);
    _exit((int)(long)status);
    return NULL;
}

static int race(void *unused)
{
    (void)unused;
    ready = 0;
    for (int i = 0; i < 8; i++)
        start(exits_with, (void *)9L);
    for (;;)
        pause();
    return 0;
}

int main(void)
{
    for (long i = 0; i < 10; i++)
        run_child("child", crowd, (void *)i);
    for (int i = 0; i < 10; i++)
        run_child("race", race, NULL);
    return 0;
}
