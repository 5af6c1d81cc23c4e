/* SPDX-License-Identifier: MIT */
/*
 * oom.c - the instance has no free page left: which process ends so that the others can go on.
 *
 * The process that holds most pages (a thousandth of all more for each in its oom_score_adj) gets SIGKILL, the first one (with which the instance would end) only
 * when there is no other. Its private memory is taken away at once: it never runs again, and whoever needed
 * the page may be in the middle of a call where it cannot wait for the victim's own end.
 */
#include "libos/linux/mm/space.h"
#include "libos/linux/mm/oom.h"
#include "libos/linux/mm/reclaim.h"
#include "libos/linux/task.h"
#include <asm/signal.h>

#define RECLAIM_MIN 16 /* pages that a victim must bring to be worth its end */

static uint64_t pages_of(const struct process *process)
{
    return process->zombie || !process->space ? 0 : process->space->resident;
}

/* What it holds, as it asked to be judged; 0: never. */
static uint64_t score(const struct process *process)
{
    int64_t pages = (int64_t)pages_of(process);

    if (!pages || process->oom_adjust == -1000)
        return 0;
    pages += process->oom_adjust * (int64_t)frames_total() / 1000;
    return pages > 0 ? (uint64_t)pages : 1;
}

static struct process *largest(void)
{
    struct process *best = NULL;

    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);

        if (process != process_init() && score(process) > (best ? score(best) : 0))
            best = process;
    }
    return best && pages_of(best) >= RECLAIM_MIN ? best : process_init();
}

/* Every page that only this space knows. */
static void strip(struct space *space)
{
    struct space *back = this_vcpu()->space;

    space_switch(space);
    for (uint32_t i = 0; i < space->count; i++)
        if (!(space->area[i].flags & AREA_SHARED))
            (void)pages_drop(space, space->area[i].start, space->area[i].end);
    space_switch(back);
}

static bool kill_largest(const char *why, const char *remedy)
{
    static int last;
    struct process *victim = largest();
    uint64_t pages = pages_of(victim);

    if (victim->pid != last) /* it may take a while until it has ended */
        log_line("%s: %lu of %lu pages free; %s (%d), which holds %lu, is killed%s", why,
                 (unsigned long)frames_available(), (unsigned long)frames_total(), victim->comm,
                 victim->pid, (unsigned long)pages, remedy);
    last = victim->pid;
    signal_send_process(victim, SIGKILL, NULL);
    if (victim->space == current()->process->space)
        return false;
    strip(victim->space);
    return true;
}

bool oom_reclaim(void)
{
    return reclaim_zeros() || kill_largest("out of memory", " (raise --memory)");
}

bool oom_give(void)
{
    return kill_largest("memory is asked back", "");
}
