/* SPDX-License-Identifier: MIT */
/* thread_affinity.c - CPU sets are a thread's own and inherited by new ones. */
#include "tests/diff/thread.h"

static int other, go;

static void *idles(void *unused)
{
    (void)unused;
    set(&other, tid());
    wait_value(&go, 1);
    return NULL;
}

static int counts_of(pid_t thread)
{
    cpu_set_t mask;

    NEED(sched_getaffinity(thread, sizeof mask, &mask) == 0);
    return CPU_COUNT(&mask);
}

static void *inherits(void *unused)
{
    (void)unused;
    return (void *)(long)counts_of(0);
}

int main(void)
{
    cpu_set_t all, one, none;
    int first;

    NEED(sched_getaffinity(0, sizeof all, &all) == 0);
    for (first = 0; !CPU_ISSET(first, &all); first++)
        continue;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    CPU_ZERO(&none);
    pthread_t thread = start(idles, NULL);

    wait_not(&other, 0);
    SHOW(sched_setaffinity(other, sizeof one, &one));
    TELL(counts_of(other) == 1);
    TELL(counts_of(0) == CPU_COUNT(&all));
    SHOW(sched_setaffinity(0, sizeof none, &none));
    SHOW(sched_setaffinity(0x3fffffff, sizeof one, &one));
    SHOW(sched_setaffinity(0, sizeof one, &one));
    TELL((long)join(start(inherits, NULL)) == 1);
    TELL(sched_getcpu() == first);
    SHOW(sched_setaffinity(0, sizeof all, &all));
    SHOW_ERROR(pthread_setaffinity_np(thread, sizeof all, &all));
    TELL(counts_of(other) == CPU_COUNT(&all));
    set(&go, 1);
    join(thread);
    return 0;
}
