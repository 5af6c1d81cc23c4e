/* SPDX-License-Identifier: MIT */
/*
 * edf.c - an app that schedules periodic jobs by earliest deadline, unprivileged: it owns slice positions and donates them.
 *
 * Three tasks, each an env, release a job every period and need some processor time for it before the next release.
 * The scheduler donates its slice to the released job with the earliest deadline; a job that is done gives the rest back.
 * A donated slice ends by itself, so a job is held up by at most one slice of a less urgent one. With nothing to do it
 * sleeps until the next release. Source: Liu and Layland, "Scheduling Algorithms for Multiprogramming in a
 * Hard-Real-Time Environment".
 */
#include <stddef.h>
#include "exo_stubs.h"
#include "lib/exo/domain.h"
#include "lib/exo/libos.h"

#define TASKS   3
#define MS      1000000ull
#define HORIZON (2000 * MS)
#define GAP_NS                                                                                     \
    100000 /* between two looks at the clock: longer, and somebody else had the processor */

struct task {
    uint64_t period_ns, need_ns;
    uint64_t deadline_ns; /* of the job at hand; the next one is released then */
    volatile bool ready;  /* released and not done */
    uint32_t jobs, met, missed;
    uint64_t worst_ns; /* longest from release to end */
};

static struct task tasks[TASKS] = {
    {.period_ns = 60 * MS, .need_ns = 12 * MS},
    {.period_ns = 100 * MS, .need_ns = 25 * MS},
    {.period_ns = 200 * MS, .need_ns = 60 * MS},
};
static struct exo_domain domain;
static struct exo_env workers[TASKS];
static uint64_t scheduler;

/* A job is done when the env has had the time it needs; then the slice goes back. */
static void work(struct exo_env *env)
{
    struct task *task = &tasks[env - workers];

    for (;;) {
        uint64_t had = 0;
        uint64_t last = exo_time_ns();

        while (had < task->need_ns) {
            uint64_t now = exo_time_ns();

            if (now - last < GAP_NS)
                had += now - last;
            last = now;
        }
        task->ready = false;
        while (!task->ready)
            if (exo_yield_to(EXO_SLOT, scheduler) < 0)
                (void)exo_yield();
    }
}

static void account(struct task *task, uint64_t now)
{
    uint64_t took = now - (task->deadline_ns - task->period_ns);

    task->jobs++;
    if (took <= task->period_ns)
        task->met++;
    else
        task->missed++;
    if (took > task->worst_ns)
        task->worst_ns = took;
}

/* Releases what is due; the most urgent task with work, NULL: none. *next: when something is released again. */
static struct task *urgent(uint64_t now, uint64_t *next)
{
    struct task *first = NULL;

    *next = EXO_FOREVER;
    for (uint32_t i = 0; i < TASKS; i++) {
        struct task *task = &tasks[i];

        if (!task->ready && now >= task->deadline_ns) {
            task->deadline_ns += task->period_ns;
            task->ready = true;
        }
        if (task->ready && (!first || task->deadline_ns < first->deadline_ns))
            first = task;
        if (!task->ready && task->deadline_ns < *next)
            *next = task->deadline_ns;
    }
    return first;
}

int exo_main(const struct instance_start *start)
{
    uint64_t begin;
    uint64_t now;
    uint64_t next;
    uint32_t missed = 0;

    scheduler = start->env;
    exo_domain_init(&domain);
    for (uint32_t i = 0; i < TASKS; i++) {
        workers[i].body = work;
        if (exo_env_start(&domain, &workers[i], NULL, 0) < 0)
            exo_fail("edf: no env for a task: give the instance more memory");
    }
    begin = exo_time_ns();
    for (uint32_t i = 0; i < TASKS; i++)
        tasks[i].deadline_ns = begin; /* the first release */
    while ((now = exo_time_ns()) < begin + HORIZON) {
        struct task *task = urgent(now, &next);

        if (!task) {
            (void)exo_sleep(0, 0, next);
            continue;
        }
        if (exo_yield_to(EXO_SLOT, workers[task - tasks].id) < 0)
            exo_fail("edf: a task does not run");
        if (!task->ready)
            account(task, exo_time_ns());
    }
    for (uint32_t i = 0; i < TASKS; i++) {
        struct task *task = &tasks[i];

        exo_print("edf: task %u: every %lu ms for %lu ms: %u jobs, %u in time, the slowest took "
                  "%lu.%lu ms\n",
                  i, (unsigned long)(task->period_ns / MS), (unsigned long)(task->need_ns / MS),
                  task->jobs, task->met, (unsigned long)(task->worst_ns / MS),
                  (unsigned long)(task->worst_ns / (MS / 10) % 10));
        missed += task->missed;
    }
    exo_print("edf: %u deadlines missed\n", missed);
    return missed ? 1 : 0;
}
