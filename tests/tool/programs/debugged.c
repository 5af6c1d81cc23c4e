/* SPDX-License-Identifier: MIT */
/* debugged.c - (with an argument: when it is told to) two threads that call compute() until they are told to stop, and a child now and then; gdb tells them. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

volatile long turns, stop, crash, forks, raises, waits;

__attribute__((noinline)) long compute(volatile long x)
{
    long y = x * 3;

    turns += y;
    return y;
}

static void *worker(void *argument)
{
    while (!stop) {
        compute((long)argument);
        usleep(2000);
    }
    return NULL;
}

static void handler(int signal)
{
    (void)signal;
    turns = -1000000;
}

int main(int count, char **argument)
{
    pthread_t one, two;
    int status = 0;

    (void)argument;
    waits = count > 1;
    signal(SIGUSR1, handler);
    if (waits)
        puts("ready");
    fflush(stdout);
    while (waits) { /* one thread so far */
        usleep(10000);
        if (raises) {
            raises = 0;
            raise(SIGUSR1);
            printf("%s", turns == -1000000 ? "raised, " : "");
        }
    }

    pthread_create(&one, NULL, worker, (void *)1);
    pthread_create(&two, NULL, worker, (void *)2);
    if (count == 1)
        puts("ready");
    fflush(stdout);
    while (!stop) {
        usleep(10000);
        if (forks) { /* a child has none of the breakpoints */
            forks = 0;
            if (!fork())
                _exit((int)compute(5));
            wait(&status);
        }
        if (crash)
            *(volatile int *)8 = 1;
    }
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    printf("done, child %d\n", WEXITSTATUS(status));
    return 7;
}
