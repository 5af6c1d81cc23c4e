/* SPDX-License-Identifier: MIT */
/*
 * stride.c - an app that is a stride scheduler: it owns the slices and gives each one away to the env whose turn it
 * is. Tickets 3 : 2 : 1 become processor time 3 : 2 : 1, with a policy that the kernel knows nothing of. The
 * experiment of the exokernel papers: 100 quanta, and how far from the ideal lines the shares ever were.
 * Source: Waldspurger and Weihl, "Stride Scheduling".
 */
#include <stddef.h>
#include "exo_stubs.h"
#include "lib/exo/domain.h"
#include "lib/exo/libos.h"

#define WORKERS 3
#define TICKETS 6 /* in all */
#define QUANTA  100

static const uint32_t tickets[WORKERS] = {3, 2, 1};
static struct exo_domain domain;
static struct exo_env workers[WORKERS];
static volatile uint64_t work[WORKERS];

static void count(struct exo_env *env)
{
    for (;;)
        work[env - workers]++;
}

/* Processor time that it has had: the kernel's counter, read by a load. */
static uint64_t used(uint32_t i)
{
    return workers[i].upcall->used_ns;
}

static uint32_t next_worker(void)
{
    uint32_t next = 0;

    for (uint32_t i = 1; i < WORKERS; i++)
        if (used(i) / tickets[i] < used(next) / tickets[next])
            next = i;
    return next;
}

static uint64_t total(void)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < WORKERS; i++)
        sum += used(i);
    return sum;
}

/* How much more or less than its share worker i has had, in time. */
static uint64_t error_of(uint32_t i)
{
    uint64_t ideal = total() * tickets[i] / TICKETS;

    return used(i) > ideal ? used(i) - ideal : ideal - used(i);
}

int exo_main(const struct instance_start *start)
{
    uint64_t longest = 1;
    uint64_t worst = 0;

    (void)start;
    exo_domain_init(&domain);
    for (uint32_t i = 0; i < WORKERS; i++) {
        workers[i].body = count;
        if (exo_env_start(&domain, &workers[i], NULL, 0) < 0)
            exo_fail("stride: no env for a worker: give the instance more memory");
    }
    for (uint32_t quantum = 0; quantum < QUANTA; quantum++) {
        uint64_t before = total();

        (void)exo_yield(); /* begin with a whole slice */
        if (exo_yield_to(EXO_SLOT, workers[next_worker()].id) < 0)
            exo_fail("stride: a worker does not run");
        if (total() - before > longest)
            longest = total() - before;
        for (uint32_t i = 0; i < WORKERS; i++)
            if (error_of(i) > worst)
                worst = error_of(i);
    }
    for (uint32_t i = 0; i < WORKERS; i++)
        exo_print(
            "stride: worker %u: %u tickets, %lu.%lu %% of the time, %lu.%lu wanted, %lu rounds\n",
            i, tickets[i], (unsigned long)(used(i) * 100 / total()),
            (unsigned long)(used(i) * 1000 / total() % 10),
            (unsigned long)(tickets[i] * 100 / TICKETS),
            (unsigned long)(tickets[i] * 1000 / TICKETS % 10), (unsigned long)work[i]);
    exo_print("stride: after %d quanta, never more than %lu.%02lu quanta from the ideal\n", QUANTA,
              (unsigned long)(worst / longest), (unsigned long)(worst * 100 / longest % 100));
    return worst <= longest ? 0
                            : 1; /* the papers' bound: less than one quantum for three clients */
}
