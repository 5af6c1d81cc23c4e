/* SPDX-License-Identifier: MIT */
/* debugged.c - two threads that call compute() until they are told to stop, and a child now and then; gdb tells them. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

volatile long turns, stop, crash, forks;

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

int main(void)
{
    pthread_t one, two;
    int status = 0;

    pthread_create(&one, NULL, worker, (void *)1);
    pthread_create(&two, NULL, worker, (void *)2);
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
