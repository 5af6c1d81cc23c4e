/* SPDX-License-Identifier: MIT */
/*
 * sweep.c - breaking bindings: entries of page tables on all CPUs and of the IOMMU's, sleeps on words of memory, packet rings.
 *
 * A 2 MiB leaf goes as a whole when one of its frames is hit; its owner maps the rest again on the next fault. What is
 * repossessed leaves EXO_PTE_TAKEN behind, so that its owner can tell what it has lost from what was never there.
 * Not here: pins that cannot be broken (a live env's root and upcall page); who sweeps decides about those envs first.
 */
#include "core/sweep.h"
#include "core/frame.h"
#include "core/slice.h"
#include "core/sleep.h"
#include "core/table.h"

#define PHASE_SHIFT 60

bool sweep_hits(const struct sweep *sweep, uint64_t frame)
{
    if (frame >= frame_count || frame_table[frame].kind == EXO_FRAME_NONE)
        return sweep->under && device_covers(sweep->under, frame);
    const struct exo_frame *row = &frame_table[frame];

    if (!sweep->under)
        return row->flags & EXO_FRAME_FLAG_TAKEN;
    return row->kind != EXO_FRAME_FREE && frame_under(row, &sweep->under->path);
}

/* One table from entry `at % 512` on; true when it is done. */
static bool sweep_table(struct sweep *sweep, uint64_t table)
{
    if (frame_table[table].kind != EXO_FRAME_TABLE && frame_table[table].kind != EXO_FRAME_DMA)
        return true;
    uint32_t level = frame_table[table].level;
    uint32_t end = level == 4 ? TABLE_USER_HALF : TABLE_ENTRIES;
    uint64_t *entries = frame_window(table);
    bool marks = !sweep->under && frame_table[table].kind == EXO_FRAME_TABLE;
    uint64_t mark = marks ? EXO_PTE_TAKEN : 0;

    for (uint32_t i = sweep->at % TABLE_ENTRIES; i < end; i++) {
        uint64_t entry = entries[i];
        uint64_t frame = (entry & EXO_PTE_FRAME) >> EXO_PAGE_SHIFT;
        uint64_t frames = level == 2 && entry & EXO_PTE_LARGE ? LARGE_FRAMES : 1;
        bool hit = false;

        uint32_t cost = frames > 1 ? SWEEP_MANY : 1;

        if (sweep->work < cost) {
            sweep->at = table * TABLE_ENTRIES + i;
            return false;
        }
        sweep->work -= cost;
        if (!(entry & EXO_PTE_PRESENT))
            continue;
        for (uint64_t f = frame; !hit && f < frame + frames; f++)
            hit = sweep_hits(sweep, f);
        if (hit) {
            (void)table_replace(&entries[i], level, mark);
            sweep->broken = true;
        }
    }
    return true;
}

/* Each frame from sweep->at on; true: the end was reached, else sweep->at says where to go on. */
static bool frames(struct sweep *sweep, bool (*visit)(struct sweep *sweep, uint64_t frame))
{
    for (uint64_t f = sweep->at / TABLE_ENTRIES; f < frame_count; f++) {
        if (!sweep->work)
            return false;
        sweep->work--;
        if (!visit(sweep, f))
            return false;
        sweep->at = (f + 1) * TABLE_ENTRIES;
    }
    return true;
}

static void end_sleep(const struct sweep *sweep, struct env *env)
{
    bool hit = false;

    for (uint32_t i = 0; i < env->sleep_count; i++)
        hit |= sweep_hits(sweep, env->word[i].frame);
    if (hit)
        sleep_unpin(env);
}

static bool sweep_holder(struct sweep *sweep, uint64_t frame)
{
    if (frame_table[frame].kind == EXO_FRAME_ENV)
        end_sleep(sweep, frame_window(frame));
    return frame_table[frame].kind != EXO_FRAME_NET || net_unbind(sweep, frame);
}

/* Before the locks are dropped: no CPU can use what was broken. */
static void flush(struct sweep *sweep)
{
    if (!sweep->broken)
        return;
    arch_flush_all();
    table_shoot_down(0);
    arch_dma_flush();
    sweep->broken = false;
}

static enum sweep_phase next_phase(struct sweep *sweep, enum sweep_phase (*step)(struct sweep *))
{
    switch (sweep->phase) {
    case SWEEP_SLEEPERS:
        return frames(sweep, sweep_holder) ? SWEEP_PROGRAMS : SWEEP_SLEEPERS;
    case SWEEP_PROGRAMS:
        return sweep_programs(sweep) ? SWEEP_BINDINGS : SWEEP_PROGRAMS;
    case SWEEP_BINDINGS:
        return frames(sweep, sweep_table) ? SWEEP_DEVICES : SWEEP_BINDINGS;
    default:
        return step(sweep);
    }
}

/* Steps with the locks held for one stretch: 0 or EXO_E_*. */
static int stretch(struct sweep *sweep, int (*check)(struct sweep *),
                   enum sweep_phase (*step)(struct sweep *))
{
    bool more = true;

    sweep->work = SWEEP_STRETCH;
    lock_take(&env_lock);
    lock_take(&net_lock);
    lock_take(&memory_lock);
    int error = check(sweep);

    while (!error && more && sweep->phase != SWEEP_END && sweep->work) {
        enum sweep_phase next = next_phase(sweep, step);

        more = next != sweep->phase;
        sweep->at = more ? 0 : sweep->at;
        sweep->phase = next;
        flush(sweep);
    }
    lock_drop(&memory_lock);
    lock_drop(&net_lock);
    lock_drop(&env_lock);
    return error;
}

struct call_result sweep_call(struct sweep *sweep, uint64_t place, int (*check)(struct sweep *),
                              enum sweep_phase (*step)(struct sweep *))
{
    int error = 0;

    sweep->phase = (enum sweep_phase)(place >> PHASE_SHIFT);
    sweep->at = place & ((1ull << PHASE_SHIFT) - 1);
    if (sweep->phase >= SWEEP_END || sweep->at / TABLE_ENTRIES >= frame_count)
        return call_error(EXO_E_ARG);
    for (uint32_t work = 0; !error && sweep->phase != SWEEP_END && (work < SWEEP_WORK || sweep->finish);
         work += SWEEP_STRETCH) {
        error = stretch(sweep, check, step);
        call_pause();
    }
    if (!error && sweep->phase != SWEEP_END)
        return call_error_at(EXO_E_AGAIN, (uint64_t)sweep->phase << PHASE_SHIFT | sweep->at);
    return call_error(error);
}
