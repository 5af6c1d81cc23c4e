/* SPDX-License-Identifier: MIT */
/*
 * reclaim.c - memory that init asks back, in the order in which a user would miss it.
 *
 *   1. free frames: never used ones, then free blocks (frames.c)
 *   2. what can be made again: text pages that nobody maps, emptied page tables
 *   3. pages that programs have touched but that hold only zeros: they read the same when they come back
 *   4. processes, the largest first, the first one last (oom.c)
 * Between 3 and 4 swap will belong, once there is a disk to swap to. What MADV_FREE and MADV_DONTNEED name is free at once, so it
 * is in 1. Files live in memory and are all that there is of them: they are no cache, and stay.
 * A killed process gives its memory when it ends, so the answer goes on from a timer until it is complete. If it is late, init
 * takes frames by force; what that does to whom is in reclaim_loss.
 */
#include "libos/linux/mm/reclaim.h"
#include "exo_stubs.h"
#include "libos/linux/mm/oom.h"
#include "libos/linux/mm/space.h"
#include "libos/linux/rewrite/rewrite.h"
#include "libos/linux/sched.h"
#include "libos/linux/task.h"
#include <asm/signal.h>

#define ZEROS_AT_ONCE 256 /* pages, when memory ends */
#define ZEROS_LEAST   16  /* with fewer, what is dropped would be missed again in the same call */
#define SLACK         16  /* frames */
#define EXHAUSTED_NS  1000000000 /* after all zeros went, until they are looked for again */
#define AGAIN_NS      2000000    /* until a killed process may have ended */

static struct {
    uint64_t due_ns; /* which request it is */
    uint64_t owed;
    bool timer_set;
    struct timer timer;
} request;

static uint64_t lost; /* pages, of which is known that they were taken */

/* --- Pages of zeros --- */

static bool is_zero(frame_t frame)
{
    const uint64_t *word = frame_address(frame);

    for (unsigned i = 0; i < PAGE_SIZE / 8; i++)
        if (word[i])
            return false;
    return true;
}

/* Those of one area of the loaded space; a fault brings them back. */
static uint64_t area_drop_zeros(struct space *space, const struct area *area, uint64_t want)
{
    struct pte_walk walk = pte_walk_start(area->start, area->end);
    uint64_t entry, done = 0;

    while (done < want && (entry = pte_next(&walk))) {
        uint64_t page = walk.at - PAGE_SIZE;

        if (frame_users(pte_frame(entry)) != 1 || table_shared(page) || !is_zero(pte_frame(entry)))
            continue;
        if (pages_drop(space, page, page + PAGE_SIZE))
            break;
        done++;
    }
    return done;
}

static uint64_t drop_zeros(uint64_t want)
{
    struct space *back = this_vcpu()->space;
    uint64_t done = 0;

    list_for_each (node, &space_list) {
        struct space *space = list_item(node, struct space, all);

        for (uint32_t i = 0; done < want && i < space->count; i++) {
            const struct area *area = &space->area[i];

            if (area->file || area->flags & (AREA_SHARED | AREA_LOCKED))
                continue;
            space_switch(space);
            done += area_drop_zeros(space, area, want - done);
        }
    }
    space_switch(back);
    return done;
}

/* --- Losses --- */

/* Has one of the loaded space's pages been taken? */
static bool space_has_lost(const struct space *space)
{
    for (uint32_t i = 0; i < space->count; i++) {
        struct pte_walk walk = pte_walk_start(space->area[i].start, space->area[i].end);

        for (; pte_walk_table(&walk); walk.at = walk.known)
            for (uint64_t at = walk.at; at < walk.known; at += PAGE_SIZE)
                if (!(pte_load(at) & EXO_PTE_PRESENT) && pte_load(at) & EXO_PTE_TAKEN)
                    return true;
    }
    return false;
}

static void processes_kill(const struct space *space)
{
    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);

        if (process->space != space || process->zombie)
            continue;
        log_line("memory: %s (%d) has lost pages that were taken by force, and is killed",
                 process->comm, process->pid);
        signal_send_process(process, SIGKILL, NULL);
    }
}

/* Frames were taken. Free ones are forgotten; who used others ends. A loss of the LibOS's own shows when it is touched. */
static void reclaim_loss(uint64_t count)
{
    struct space *back = this_vcpu()->space;

    log_line("memory: %lu pages were taken by force", (unsigned long)count);
    frames_repair_all();
    list_for_each (node, &space_list) {
        struct space *space = list_item(node, struct space, all);

        space_switch(space);
        if (space_has_lost(space))
            processes_kill(space);
    }
    space_switch(back);
}

/* --- The answer --- */

/* `option reclaim 0`: nothing is given back. What init takes instead is as hard as it can get: for tests of that. */
static bool gives(void)
{
    const uint32_t *pair = (const uint32_t *)((const uint8_t *)instance + instance->option_offset);

    for (uint32_t i = 0; i < instance->option_count; i++, pair += 2)
        if (!strcmp((const char *)instance + pair[0], "reclaim"))
            return strcmp((const char *)instance + pair[1], "0") != 0;
    return true;
}

bool reclaim_zeros(void)
{
    static uint64_t exhausted_until_ns;

    /* New pages are zeros, too: whoever takes back just those that were given since goes round in circles. */
    if (now_ns() < exhausted_until_ns)
        return false;
    rewrite_trim();
    if (drop_zeros(ZEROS_AT_ONCE) < ZEROS_AT_ONCE)
        exhausted_until_ns = now_ns() + EXHAUSTED_NS;
    return frames_available() >= ZEROS_LEAST;
}

static void give(uint64_t pages)
{
    request.owed -= min_of(request.owed, pages);
}

static void answer(void)
{
    give(frames_return(request.owed));
    if (request.owed) {
        rewrite_trim();
        give(frames_return(request.owed));
    }
    /* Some of it is used up for splitting the chunks that they lie in. */
    while (request.owed && drop_zeros(request.owed + SLACK))
        give(frames_return(request.owed));
    if (request.owed && oom_give())
        give(frames_return(request.owed));
    (void)exo_wake(SLOT_MEMORY, instance->init_env, 1ul << STREAM_EVENT(instance->index));
    if (!request.owed)
        log_line("memory: all that was asked for is given back; %lu of %lu pages are free",
                 (unsigned long)frames_available(), (unsigned long)frames_total());
}

static void again(struct timer *timer)
{
    if (this_vcpu()->upcall->revoke_deadline_ns != request.due_ns)
        request.owed = 0;
    if (!request.owed)
        return;
    answer();
    if (request.owed)
        timer_start(timer, now_ns() + AGAIN_NS);
}

void reclaim_upcall(void)
{
    const struct exo_upcall *upcall = (const struct exo_upcall *)INSTANCE_UPCALL_ADDRESS;

    if (upcall->repossessed != lost) {
        uint64_t count = upcall->repossessed - lost;

        lost = upcall->repossessed;
        reclaim_loss(count);
    }
    if (upcall->revoke_kind != EXO_REVOKE_FRAMES || !gives()) {
        request.owed = 0;
        return;
    }
    if (request.due_ns == upcall->revoke_deadline_ns)
        return;
    request.due_ns = upcall->revoke_deadline_ns;
    request.owed = upcall->revoke_count;
    log_line("memory: %lu pages are asked for; %lu of %lu are free", (unsigned long)request.owed,
             (unsigned long)frames_available(), (unsigned long)frames_total());
    request.timer.expire = again;
    again(&request.timer);
}
