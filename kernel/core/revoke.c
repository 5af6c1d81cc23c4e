/* SPDX-License-Identifier: MIT */
/*
 * revoke.c - visible revocation: an env is asked, chooses, and only when the deadline has passed is anything taken.
 *
 *   revoke          asks: the request stands in the env's upcall page, and an upcall tells it
 *   revoke_prepare  what the env wants to keep in any case, and where contents of taken frames are to go
 *   repossess       the abort protocol: frames, by number, after the deadline; every entry and sleep that names them is
 *                   broken, contents are saved, the repossession vector says what went where, an upcall tells
 * The kernel never chooses: the revoker names frames, reading the exposed table; the env names what it guarantees.
 * Slice positions need no force of their own: who dominates one can always point it elsewhere (slice_set).
 * Not here: how much from whom, when, and how long the deadline is (libos/init/broker.c).
 */
#include "core/revoke.h"
#include "base/string.h"
#include "core/calls.h"
#include "core/frame.h"
#include "core/sweep.h"

#define TAKE_LOT    8 /* frames copied and zeroed with interrupts off */

static void raise_upcall(struct env *env)
{
    atomic_fetch_or(&env->async, EXO_PENDING_REVOKE);
    env_notify(env, 0);
}

struct call_result call_revoke(struct env *self, uint32_t slot, uint64_t env_id, uint64_t kind,
                               uint64_t count, uint64_t deadline_ns)
{
    struct env *env = NULL;

    lock_take(&env_lock);
    int error = env_controlled(self, slot, env_id, &env);

    if (!error && deadline_ns < arch_now_ns())
        error = EXO_E_RANGE;
    if (!error) {
        env->revoke_kind = (uint32_t)kind;
        env->revoke_owed = count;
        env->revoke_due_ns = deadline_ns;
        env->upcall->revoke_kind = kind;
        env->upcall->revoke_count = count;
        env->upcall->revoke_deadline_ns = deadline_ns;
        raise_upcall(env);
    }
    lock_drop(&env_lock);
    return error ? call_error(error) : call_ok(0);
}

void revoke_forget(struct env *env)
{
    for (uint32_t i = 0; i < env->guaranteed_count; i++) {
        struct exo_frame *row = &frame_table[env->guaranteed[i]];

        if (row->kind != EXO_FRAME_NONE && frame_under(row, &env->guard))
            row->flags &= (uint8_t)~EXO_FRAME_FLAG_GUARANTEED;
    }
    env->guaranteed_count = 0;
}

/* May the env guarantee all of these? REQUIRES(memory_lock). */
static int plan_check(const struct env *self, const struct cap *cap,
                      const struct exo_revoke_plan *plan)
{
    int error = 0;

    if (plan->guaranteed_count > EXO_GUARANTEED_MAX || plan->save_count > EXO_REPOSSESSED_MAX ||
        (plan->save_count && !range_ok(plan->save_first, plan->save_count, frame_count)))
        return EXO_E_ARG;
    for (uint32_t i = 0; i < plan->guaranteed_count; i++) {
        struct exo_frame *row = frame_dominated(plan->guaranteed[i], cap, &error);

        if (!row)
            return error;
        if (!frame_under(row, &self->guard))
            return EXO_E_CAP;
        if (row->flags & EXO_FRAME_FLAG_GUARANTEED)
            return EXO_E_BUSY;
    }
    return 0;
}

struct call_result call_revoke_prepare(struct env *self, const struct cap *cap,
                                       const struct exo_revoke_plan *plan)
{
    lock_take(&env_lock);
    lock_take(&memory_lock);
    int error = plan_check(self, cap, plan);

    if (!error) {
        revoke_forget(self);
        for (uint32_t i = 0; i < plan->guaranteed_count; i++) {
            self->guaranteed[i] = (uint32_t)plan->guaranteed[i];
            frame_table[plan->guaranteed[i]].flags |= EXO_FRAME_FLAG_GUARANTEED;
        }
        self->guaranteed_count = (uint32_t)plan->guaranteed_count;
        self->save_first = (uint32_t)plan->save_first;
        self->save_count = (uint32_t)plan->save_count;
    }
    lock_drop(&memory_lock);
    lock_drop(&env_lock);
    return error ? call_error(error) : call_ok(0);
}

/* --- The abort protocol --------------------------------------------------------------------------- */

struct taking {
    struct sweep sweep;
    struct cap cap;
    uint32_t slot; /* of the cap */
    uint64_t env_id;
    struct env *env;
    uint64_t first, count; /* what is left to take */
};

/* May all of them be taken now? */
static int taking_check(const struct taking *t)
{
    bool due = t->env->revoke_kind == EXO_REVOKE_FRAMES && t->env->revoke_due_ns <= arch_now_ns();

    if (!range_ok(t->first, t->count, frame_count))
        return EXO_E_RANGE;
    for (uint64_t f = t->first; f < t->first + t->count; f++) {
        const struct exo_frame *row = &frame_table[f];
        int error = repossess_rule(row->kind, row->flags, frame_under(row, &t->cap.path),
                                   frame_under(row, &t->env->guard), t->env->revoke_owed,
                                   t->count, due);

        if (error)
            return error;
    }
    return 0;
}

/* A frame of the env's save area that may be written to: data of its own, not going itself; 0: none left. */
static uint64_t save_place(struct env *env)
{
    while (env->save_count) {
        uint64_t frame = env->save_first++;
        const struct exo_frame *row = &frame_table[frame];

        env->save_count--;
        if (row->kind == EXO_FRAME_DATA && !(row->flags & EXO_FRAME_FLAG_TAKEN) &&
            frame_under(row, &env->guard))
            return frame;
    }
    return 0;
}

static void take(const struct taking *t, uint64_t frame)
{
    struct exo_frame *row = &frame_table[frame];
    struct exo_upcall *upcall = t->env->upcall;
    uint64_t saved = save_place(t->env);

    if (saved) {
        memcpy(arch_map_frame(1, saved), arch_map_frame(0, frame), EXO_PAGE_SIZE);
        arch_unmap_frame(1);
    }
    frame_zero(frame);
    row->flags = EXO_FRAME_FLAG_USED;
    frame_set_guard(row, &t->cap.path);
    upcall->repossession[t->env->repossessed++ % EXO_REPOSSESSED_MAX] =
        (struct exo_repossession){.frame = frame, .saved = saved};
    upcall->repossessed = t->env->repossessed;
    t->env->revoke_owed--;
    upcall->revoke_count = t->env->revoke_owed;
}

/* All marked, and nothing names them any more? Then they go, a lot at a time; else the phase to go back to. */
static enum sweep_phase take_all(struct taking *t)
{
    if (t->sweep.work < SWEEP_MANY)
        return SWEEP_LAST; /* in a stretch of its own */
    t->sweep.finish = false;
    for (uint64_t f = t->first; f < t->first + t->count; f++) {
        if (!(frame_table[f].flags & EXO_FRAME_FLAG_TAKEN))
            return SWEEP_FIRST;
        if (frame_table[f].references)
            return SWEEP_SLEEPERS;
    }
    for (uint32_t i = 0; i < TAKE_LOT && t->count; i++, t->count--)
        take(t, t->first++);
    raise_upcall(t->env);
    t->sweep.finish = true; /* once some are gone, all go, */
    t->sweep.work = 0;      /* a lot in a stretch */
    return t->count ? SWEEP_LAST : SWEEP_END;
}

/* It comes to nothing: whoever holds them can map them again. REQUIRES(memory_lock). */
static void unmark(const struct taking *t)
{
    for (uint64_t f = t->first;
         range_ok(t->first, t->count, frame_count) && f < t->first + t->count; f++)
        if (frame_under(&frame_table[f], &t->cap.path))
            frame_table[f].flags &= (uint8_t)~EXO_FRAME_FLAG_TAKEN;
}

static enum sweep_phase step(struct sweep *sweep)
{
    struct taking *t = (struct taking *)sweep;
    enum sweep_phase phase = SWEEP_LAST; /* frames that nothing names can go at once */

    if (sweep->phase != SWEEP_FIRST)
        return take_all(t);
    for (uint64_t f = t->first; f < t->first + t->count; f++) {
        frame_table[f].flags |= EXO_FRAME_FLAG_TAKEN;
        phase = frame_table[f].references ? SWEEP_SLEEPERS : phase;
    }
    return phase;
}

static int check(struct sweep *sweep)
{
    struct taking *t = (struct taking *)sweep;
    int error = env_controlled(sweep->self, t->slot, t->env_id, &t->env);

    if (!error)
        error = -cap_get(sweep->self->cap, t->slot, EXO_RIGHT_WRITE, &t->cap);
    if (!error && (error = taking_check(t)))
        unmark(t);
    return error;
}

struct call_result call_repossess(struct env *self, uint32_t slot, uint64_t env_id, uint64_t first,
                                  uint64_t count, uint64_t place)
{
    struct taking taking = {
        .sweep = {.self = self}, .slot = slot, .env_id = env_id, .first = first, .count = count};
    struct call_result result = sweep_call(&taking.sweep, place, check, step);

    /* Some are gone, and another revoker made an end of it. */
    return result.value == -EXO_E_AGAIN && taking.count != count ? call_error(EXO_E_BUSY) : result;
}
