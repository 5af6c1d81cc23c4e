/* SPDX-License-Identifier: MIT */
/* smp_memory.c - two CPUs in one space: faults on the same pages, rights taken away, fork while the other writes. */
#include "tests/diff/thread.h"

enum {
    PAGES = 64
};

static char *area;
static int ready, faults, stop, *counter;
static __thread sigjmp_buf back;

static void handler(int number)
{
    (void)number;
    add(&faults, 1);
    siglongjmp(back, 1);
}

static void *touches(void *which)
{
    pin((int)(long)which);
    add(&ready, 1);
    while (get(&ready) != 2)
        continue;
    for (int i = 0; i < PAGES; i++)
        area[(size_t)i * PAGE + (size_t)(long)which] = (char)(i + 1);
    return NULL;
}

static void *reads_until_fault(void *unused)
{
    (void)unused;
    pin(1);
    if (!sigsetjmp(back, 1)) {
        set(&ready, 1);
        for (;;)
            *(volatile char *)area;
    }
    return NULL;
}

static void *counts(void *unused)
{
    (void)unused;
    pin(1);
    while (!get(&stop)) {
        counter[0]++; /* always the same or one ahead of its twin, in another page */
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        counter[PAGE / sizeof *counter]++;
    }
    return NULL;
}

int main(void)
{
    int wrong = 0;

    pin(0);
    for (int round = 0; round < 20; round++) {
        area = map_pages(PAGES);
        ready = 0;
        pthread_t other = start(touches, (void *)1);

        touches((void *)0);
        join(other);
        for (int i = 0; i < PAGES; i++)
            wrong += area[(size_t)i * PAGE] != (char)(i + 1) ||
                     area[(size_t)i * PAGE + 1] != (char)(i + 1);
        munmap(area, PAGES * PAGE);
    }
    printf("wrong after faults on two CPUs: %d\n", wrong);
    signal(SIGSEGV, handler);
    for (int round = 0; round < 20; round++) {
        area = map_pages(1);
        ready = 0;
        pthread_t other = start(reads_until_fault, NULL);

        wait_value(&ready, 1);
        if (round % 2)
            munmap(area, PAGE);
        else
            mprotect(area, PAGE, PROT_NONE);
        join(other);
    }
    printf("faults %d\n", faults);
    counter = (int *)map_pages(2);
    pthread_t writer = start(counts, NULL);

    while (*(volatile int *)counter < 1000)
        continue;
    for (int i = 0; i < 20; i++) {
        pid_t pid = fork();

        NEED(pid >= 0);
        if (pid == 0) {
            int first = counter[0], second = counter[PAGE / sizeof *counter];

            sched_yield(); /* nobody writes here any more */
            _exit(first - second > 1 || first < second || counter[0] != first);
        }
        wrong += reap(pid);
    }
    set(&stop, 1);
    join(writer);
    printf("wrong after fork: %d, counters together: %d\n", wrong,
           counter[0] == counter[PAGE / sizeof *counter]);
    return 0;
}
