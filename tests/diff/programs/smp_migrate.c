/* SPDX-License-Identifier: MIT */
/* smp_migrate.c - a thread that moves between CPUs keeps its registers, its TLS and its floating point. */
#include "tests/diff/thread.h"

static __thread int own = 1234;
static int elsewhere, stop, moved_to;

static void *follows(void *unused)
{
    (void)unused;
    while (!get(&stop))
        set(&moved_to, cpu_now());
    return NULL;
}

int main(void)
{
    double sum = 0.0, want = 0.0;
    int wrong = 0;

    for (int i = 0; i < 400; i++) {
        int cpu = pin(i % 2);

        elsewhere += cpu_now() != cpu || sched_getcpu() != cpu;
        sum = sum * 0.5 + (double)i;
        own++;
        errno = i;
        sched_yield();
        wrong += errno != i || own != 1235 + i;
    }
    for (int i = 0; i < 400; i++)
        want = want * 0.5 + (double)i;
    printf("elsewhere %d, wrong %d, sum %s\n", elsewhere, wrong, sum == want ? "right" : "wrong");
    pin(0);
    pthread_t thread = start(follows, NULL);
    cpu_set_t all, one;

    CPU_ZERO(&all);
    for (int i = 0; i < 20; i++) { /* from outside, while it runs */
        int cpu = pin(i % 2);

        pin(1 - i % 2);
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        NEED(pthread_setaffinity_np(thread, sizeof one, &one) == 0);
        while (get(&moved_to) != cpu)
            continue;
    }
    set(&stop, 1);
    join(thread);
    printf("followed\n");
    return 0;
}
