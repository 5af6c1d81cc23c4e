/* SPDX-License-Identifier: MIT */
/*
 * donate.c - an app that is a stride scheduler: it owns the slices and gives each one away to the
 * env whose turn it is. Tickets 3 : 2 : 1 become processor time 3 : 2 : 1, with a policy that the
 * kernel knows nothing of. Source: Waldspurger and Weihl, "Stride Scheduling".
 */
#include <stddef.h>
#include "exo_stubs.h"
#include "lib/exo/domain.h"
#include "lib/exo/libos.h"

#define WORKERS 3
#define SLICES  90

static const uint32_t tickets[WORKERS] = {3, 2, 1};
static struct exo_domain domain;
static struct exo_env workers[WORKERS];
static volatile uint64_t work[WORKERS];

static void count(struct exo_env *env)
{
    for (;;)
        work[env - workers]++;
}

/* Time that it has used, weighed by its tickets: the kernel's counter, read by a load. */
static uint64_t pass(uint32_t i)
{
    return workers[i].upcall->used_ns / tickets[i];
}

static uint32_t next_worker(void)
{
    uint32_t next = 0;

    for (uint32_t i = 1; i < WORKERS; i++)
        if (pass(i) < pass(next))
            next = i;
    return next;
}

int exo_main(const struct instance_start *start)
{
    uint64_t total = 0;
    int status = 0;

    (void)start;
    exo_domain_init(&domain);
    for (uint32_t i = 0; i < WORKERS; i++) {
        workers[i].body = count;
        if (exo_env_start(&domain, &workers[i], NULL, 0) < 0)
            exo_fail("donate: no env for a worker: give the instance more memory");
    }
    for (uint32_t slice = 0; slice < SLICES; slice++) {
        uint32_t i = next_worker();

        (void)exo_yield(); /* begin with a whole slice */
        if (exo_yield_to(EXO_SLOT, workers[i].id) < 0)
            exo_fail("donate: a worker does not run");
    }
    for (uint32_t i = 0; i < WORKERS; i++)
        total += workers[i].upcall->used_ns;
    for (uint32_t i = 0; i < WORKERS; i++) {
        uint64_t share = workers[i].upcall->used_ns * 100 / total;
        uint64_t want = tickets[i] * 100 / (3 + 2 + 1);

        exo_print("donate: worker %u: %u tickets, %lu %% of the time, %lu wanted, %lu rounds\n", i,
                  tickets[i], (unsigned long)share, (unsigned long)want, (unsigned long)work[i]);
        if (share + 8 < want || share > want + 8)
            status = 1;
    }
    return status;
}
