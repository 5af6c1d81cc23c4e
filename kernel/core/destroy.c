/* SPDX-License-Identifier: MIT */
/*
 * destroy.c - the end of a subtree of capabilities: everything that it guards goes back.
 *
 * In this order, each phase in steps of bounded work (sweep.h):
 *   FIRST      slice positions and devices are given back; envs of the subtree that run elsewhere are stopped
 *   ENVS       envs that belong to it die; others lose their capabilities and tokens for it
 *   SLEEPERS   sleeps on its memory are over; packet rings and filters of it end
 *   PROGRAMS   downloaded programs that are, or use, memory of it end
 *   BINDINGS   entries of any table that name its frames, tables or registers are removed
 *   DEVICES    functions, now unmapped, have no owner
 *   LAST       its tables are emptied, its frames are free (or data, under the guard that they had)
 * What appears again behind the sweep (an outsider may still hand time to an env of the subtree) sends it back to the phase
 * that removes it. Nothing of the kernel depends on the caller's going on: each step leaves all invariants.
 */
#include "core/calls.h"
#include "core/frame.h"
#include "core/slice.h"
#include "core/sweep.h"
#include "core/table.h"
#include "core/token.h"

struct ending {
    struct sweep sweep;
    struct cap cap;
    uint32_t slot; /* of the cap */
    bool keep;
};

/* Does it die with the subtree: by its guard, or because a frame that it cannot live without goes? */
static bool env_under(const struct sweep *sweep, const struct env *env)
{
    return path_dominates(&sweep->under->path, &env->guard) ||
           sweep_hits(sweep, env->id & ((1ull << ENV_FRAME_BITS) - 1)) ||
           sweep_hits(sweep, env->root) || sweep_hits(sweep, env->config.upcall_frame);
}

/* Slice positions of the subtree are free; false: some env of it still runs on another CPU, which was told. */
static bool stop_running(const struct sweep *sweep)
{
    bool running = false;

    (void)slices_under(&sweep->under->path, true);
    for (uint32_t c = 0; c < cpu_count; c++) {
        struct env *env = cpu_by_index(c)->env;

        if (!env || env == sweep->self || !env_under(sweep, env))
            continue;
        atomic_fetch_or(&env->async, ENV_KILL);
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
        struct env *env = frame_window(f);

        if (!sweep_pay(sweep, f * TABLE_ENTRIES, is_env ? SWEEP_MANY : 1))
            return false;
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

static enum sweep_phase end_frames(struct sweep *sweep, bool keep)
{
    for (uint64_t f = sweep->at / TABLE_ENTRIES; f < frame_count; f++) {
        struct exo_frame *row = &frame_table[f];
        bool hit = row->kind != EXO_FRAME_NONE && sweep_hits(sweep, f);
        bool table = row->kind == EXO_FRAME_TABLE || row->kind == EXO_FRAME_DMA;

        if (!sweep_pay(sweep, f * TABLE_ENTRIES, !hit ? 1 : table ? SWEEP_MANY : 3))
            return SWEEP_LAST;
        if (!hit)
            continue;
        if (row->kind == EXO_FRAME_ENV || row->kind == EXO_FRAME_UPCALL ||
            (row->kind == EXO_FRAME_DMA && row->references)) /* a device is attached */
            return SWEEP_FIRST;
        if (row->kind == EXO_FRAME_KERNEL)
            return SWEEP_LAST; /* claimed by a call that moves it (frame.c): again, later */
        if (row->kind == EXO_FRAME_CODE)
            return SWEEP_PROGRAMS;
        if (row->kind == EXO_FRAME_RING || row->references || (table && row->links))
            return SWEEP_SLEEPERS;
        if (row->kind == EXO_FRAME_NET && !net_table_end(f))
            return SWEEP_SLEEPERS;
        if (table && !table_end(f))
            return SWEEP_LAST; /* loaded on a CPU for a moment, or many 2 MiB leaves: again, later */
        if (!keep)
            frame_release(row);
    }
    return SWEEP_END;
}

static enum sweep_phase step(struct sweep *sweep)
{
    switch (sweep->phase) {
    case SWEEP_FIRST:
        (void)device_release(sweep->under, false);
        return stop_running(sweep) ? SWEEP_ENVS : SWEEP_FIRST;
    case SWEEP_ENVS:
        return end_envs(sweep) ? SWEEP_SLEEPERS : SWEEP_ENVS;
    case SWEEP_DEVICES:
        return device_release(sweep->under, true) ? SWEEP_LAST : SWEEP_BINDINGS;
    default:
        return end_frames(sweep, ((struct ending *)sweep)->keep);
    }
}

static int check(struct sweep *sweep)
{
    struct ending *e = (struct ending *)sweep;
    int error = -cap_get(sweep->self->cap, e->slot, EXO_RIGHT_WRITE, &e->cap);

    if (!error && (env_under(sweep, sweep->self) || env_under(sweep, env_find(first_env))))
        error = EXO_E_BUSY;
    return error;
}

struct call_result call_cap_destroy(struct env *self, uint32_t slot, uint64_t place, uint64_t flags)
{
    struct ending ending = {
        .sweep = {.under = &ending.cap, .self = self}, .slot = slot, .keep = flags};

    return sweep_call(&ending.sweep, place, check, step);
}
