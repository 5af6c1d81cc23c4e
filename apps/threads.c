/* SPDX-License-Identifier: MIT */
/* threads.c - an app with user threads: switched at the end of slices without asking, and by yield,
 * sleep and join. */
#include "lib/exo/thread.h"
#include "lib/exo/libos.h"

#define THREADS 3
#define ROUNDS  1000

static struct exo_self self;
static struct exo_thread main_thread, threads[THREADS];
static uint8_t handler_stack[16384] __attribute__((aligned(16)));
static uint8_t stacks[THREADS][16384] __attribute__((aligned(16)));
static volatile uint64_t spins[THREADS];
static volatile bool stop;
static uint64_t sequence, switches;

/* Never gives up the processor by itself. */
static int spin(void *argument)
{
    uint64_t i = (uint64_t)argument;

    while (!stop)
        spins[i]++;
    return (int)i + 10;
}

static int take_turns(void *argument)
{
    uint64_t mine = (uint64_t)argument;

    for (uint64_t round = 0; round < ROUNDS; round++) {
        switches += sequence != mine;
        sequence = mine;
        exo_thread_yield();
    }
    return 0;
}

int exo_main(const struct instance_start *start)
{
    int sum = 0;
    bool fair = true;

    (void)start;
    exo_self_init(&self, (struct exo_upcall *)INSTANCE_UPCALL_ADDRESS, handler_stack,
                  sizeof handler_stack, exo_threads_handler);
    exo_threads_start(&self, &main_thread);
    for (uint64_t i = 0; i < THREADS; i++)
        exo_thread_create(&threads[i], spin, (void *)i, stacks[i], sizeof stacks[i]);
    exo_thread_sleep(200000000);
    stop = true;
    for (uint32_t i = 0; i < THREADS; i++) {
        sum += exo_thread_join(&threads[i]);
        fair &= spins[i] > 0;
    }
    exo_print("threads: %d spinning threads were preempted %s, joined with %d\n", THREADS,
              fair ? "in turn" : "unfairly", sum);
    uint64_t begin = exo_time_ns();

    for (uint64_t i = 0; i < THREADS; i++)
        exo_thread_create(&threads[i], take_turns, (void *)(i + 1), stacks[i], sizeof stacks[i]);
    for (uint32_t i = 0; i < THREADS; i++)
        sum += exo_thread_join(&threads[i]);
    uint64_t took = exo_time_ns() - begin;

    exo_print("threads: %lu switches by yield, %lu ns each\n", (unsigned long)switches,
              (unsigned long)(took / (THREADS * ROUNDS)));
    return fair && sum == 33 && switches >= THREADS * ROUNDS - 100 ? 0 : 1;
}
