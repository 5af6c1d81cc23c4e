/* SPDX-License-Identifier: MIT */
/*
 * destroy.c - the end of a subtree of capabilities: everything that it guards goes back.
 *
 * In this order, each phase in steps of bounded work (sweep.h):
 *   PROCESSOR  slice positions and devices are given back; envs of the subtree that run elsewhere are stopped
 *   ENVS       envs that belong to it die; others lose their capabilities and tokens for it
 *   SLEEPERS   sleeps on its memory are over; packet rings and filters of it end
 *   PROGRAMS   downloaded programs that are, or use, memory of it end
 *   BINDINGS   entries of any table that name its frames, tables or registers are removed
 *   DEVICES    functions, now unmapped, have no owner
 *   FRAMES     its tables are emptied, its frames are free (or data, under the guard that they had)
 * What appears again behind the sweep (an outsider may still hand time to an env of the subtree) sends it back to the phase
 * that removes it. Nothing of the kernel depends on the caller's going on: each step leaves all invariants.
 */
#include "core/calls.h"
#include "core/frame.h"
#include "core/slice.h"
#include "core/sweep.h"
#include "core/table.h"
#include "core/token.h"

enum phase {
    PHASE_PROCESSOR,
    PHASE_ENVS,
    PHASE_SLEEPERS,
    PHASE_PROGRAMS,
    PHASE_BINDINGS,
    PHASE_DEVICES,
    PHASE_FRAMES,
    PHASE_END
};
#define PHASE_SHIFT 60
#define AT_MASK     ((1ull << PHASE_SHIFT) - 1)

bool (*device_release)(const struct cap *under, bool end);

/* Does it die with the subtree: by its guard, or because a frame that it cannot live without goes? */
static bool env_under(const struct sweep *sweep, const struct env *env)
{
    return path_dominates(&sweep->under->path, &env->guard) ||
           sweep_hits(sweep, env->id & ((1ull << ENV_FRAME_BITS) - 1)) ||
           sweep_hits(sweep, env->root) || sweep_hits(sweep, env->upcall_frame);
}

/* Slice positions of the subtree are free; false: some env of it still runs on another CPU, which was told. */
static bool stop_running(const struct sweep *sweep)
{
    bool running = false;

    slice_release(&sweep->under->path);
    for (uint32_t c = 0; c < cpu_count; c++) {
        struct env *env = cpu_by_index(c)->env;

        if (!env || env == sweep->self || !env_under(sweep, env))
            continue;
        atomic_store(&env->kill, 1);
        arch_kick(c);
        running = true;
    }
    return !running;
}

/* An env of someone else forgets what it holds of the subtree. */
static void env_forget(const struct sweep *sweep, struct env *env)
{
    const struct path *path = &sweep->under->path;

    for (uint32_t s = 0; s < EXO_CAP_SLOTS; s++)
        if (env->cap[s].present && path_dominates(path, &env->cap[s].path))
            cap_set(&env->cap[s], NULL);
}

/* One step of the phase; true when it is over. */
static bool end_envs(struct sweep *sweep)
{
    for (uint64_t f = sweep->at / TABLE_ENTRIES; f < frame_count; f++) {
        bool is_env = frame_table[f].kind == EXO_FRAME_ENV;
        uint32_t cost = is_env ? SWEEP_MANY : 1;
        struct env *env = frame_window(f);

        sweep->at = f * TABLE_ENTRIES;
        if (sweep->work < cost)
            return false;
        sweep->work -= cost;
        if (!is_env)
            continue;
        token_forget(env, &sweep->under->path);
        if (env == sweep->self)
            continue;
        if (!env_under(sweep, env)) {
            env_forget(sweep, env);
        } else if (!env_stop_elsewhere(env) || !env_release(env)) {
            return false;
        }
    }
    return true;
}

static enum phase end_frames(struct sweep *sweep, bool keep)
{
    for (uint64_t f = sweep->at / TABLE_ENTRIES; f < frame_count; f++) {
        struct exo_frame *row = &frame_table[f];
        bool hit = row->kind != EXO_FRAME_NONE && sweep_hits(sweep, f);
        bool table = row->kind == EXO_FRAME_TABLE || row->kind == EXO_FRAME_DMA;
        uint32_t cost = !hit ? 1 : table ? SWEEP_MANY : 3;

        sweep->at = f * TABLE_ENTRIES;
        if (sweep->work < cost)
            return PHASE_FRAMES;
        sweep->work -= cost;
        if (!hit)
            continue;
        if (row->kind == EXO_FRAME_ENV || row->kind == EXO_FRAME_UPCALL ||
            (row->kind == EXO_FRAME_DMA && row->references)) /* a device is attached */
            return PHASE_PROCESSOR;
        if (row->kind == EXO_FRAME_KERNEL)
            return PHASE_FRAMES; /* claimed by a call that moves it (frame.c): again, later */
        if (row->kind == EXO_FRAME_CODE)
            return PHASE_PROGRAMS;
        if (row->kind == EXO_FRAME_RING || row->references || (table && row->links))
            return PHASE_SLEEPERS;
        if (row->kind == EXO_FRAME_NET && !net_table_end(f))
            return PHASE_SLEEPERS;
        if (table && !table_end(f))
            return PHASE_FRAMES; /* loaded on a CPU for a moment, or many 2 MiB leaves: again, later */
        if (!keep)
            frame_release(row);
    }
    return PHASE_END;
}

/* Runs one step of a phase; the phase that comes next. */
static enum phase step(struct sweep *sweep, enum phase phase, bool keep)
{
    switch (phase) {
    case PHASE_PROCESSOR:
        if (device_release)
            (void)device_release(sweep->under, false);
        return stop_running(sweep) ? PHASE_ENVS : PHASE_PROCESSOR;
    case PHASE_ENVS:
        return end_envs(sweep) ? PHASE_SLEEPERS : PHASE_ENVS;
    case PHASE_SLEEPERS:
        return sweep_sleepers(sweep) ? PHASE_PROGRAMS : PHASE_SLEEPERS;
    case PHASE_PROGRAMS:
        return sweep_programs(sweep) ? PHASE_BINDINGS : PHASE_PROGRAMS;
    case PHASE_BINDINGS:
        return sweep_tables(sweep) ? PHASE_DEVICES : PHASE_BINDINGS;
    case PHASE_DEVICES:
        return !device_release || device_release(sweep->under, true) ? PHASE_FRAMES
                                                                     : PHASE_BINDINGS;
    default:
        return end_frames(sweep, keep);
    }
}

/* Steps with the locks held for one stretch; *phase and sweep->at say where to go on. 0 or EXO_E_*. */
static int stretch(struct sweep *sweep, enum phase *phase, bool keep)
{
    int error = 0;

    sweep->work = SWEEP_STRETCH;
    lock_take(&env_lock);
    lock_take(&net_lock);
    lock_take(&memory_lock);
    if (env_under(sweep, sweep->self) || env_under(sweep, env_first()))
        error = EXO_E_BUSY;
    while (!error && *phase != PHASE_END && sweep->work) {
        enum phase next = step(sweep, *phase, keep);

        if (next == *phase)
            break;
        *phase = next;
        sweep->at = 0;
    }
    sweep_flush(sweep);
    lock_drop(&memory_lock);
    lock_drop(&net_lock);
    lock_drop(&env_lock);
    return error;
}

struct call_result call_cap_destroy(struct env *self, uint32_t slot, uint64_t place, uint64_t flags)
{
    struct cap cap;
    enum phase phase = (enum phase)(place >> PHASE_SHIFT);
    struct sweep sweep = {.under = &cap, .self = self, .at = place & AT_MASK};
    int error = -cap_get(self->cap, slot, EXO_RIGHT_WRITE, &cap);

    if (!error && (phase >= PHASE_END || sweep.at / TABLE_ENTRIES >= frame_count))
        error = EXO_E_ARG;
    for (uint32_t work = 0; !error && phase != PHASE_END && work < SWEEP_WORK; work += SWEEP_STRETCH) {
        error = -cap_get(self->cap, slot, EXO_RIGHT_WRITE, &cap);
        if (!error)
            error = stretch(&sweep, &phase, flags);
        call_pause();
    }
    if (!error && phase != PHASE_END)
        return call_error_at(EXO_E_AGAIN, (uint64_t)phase << PHASE_SHIFT | sweep.at);
    return error ? call_error(error) : call_ok(0);
}
