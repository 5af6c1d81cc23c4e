/* SPDX-License-Identifier: MIT */
/*
 * env.c - environments: creation, destruction, events.
 *
 * Invariants (under env_lock):
 *   1. A frame of kind env holds one live struct env whose id names the frame; ids are never used twice.
 *   2. An env pins its root table and its upcall frame.
 *   3. An env that is RUNNING on another CPU is not destroyed: that CPU is told to stop it first.
 * Not here: who may have how many. Frames are the price of an env, and who has frames decides.
 */
#include "core/env.h"
#include "base/string.h"
#include "core/calls.h"
#include "core/frame.h"
#include "core/revoke.h"
#include "core/slice.h"
#include "core/sleep.h"
#include "core/sweep.h"
#include "core/table.h"

uint64_t first_env; /* init's: without it nobody can hand out anything */

struct env *env_find(uint64_t id)
{
    uint64_t frame = id & ((1ull << ENV_FRAME_BITS) - 1);

    if (frame >= frame_count || frame_table[frame].kind != EXO_FRAME_ENV)
        return NULL;
    struct env *env = frame_window(frame);

    return env->id == id ? env : NULL;
}

static int config_check(const struct exo_env_config *c)
{
    bool ok = c->rip < EXO_USER_END && c->rsp < EXO_USER_END && c->gs_base < EXO_USER_END &&
              c->syscall_entry < EXO_USER_END && c->trap_entry < EXO_USER_END &&
              c->last_resort < EXO_USER_END && c->transfer_entry < EXO_USER_END &&
              c->transfer_rsp < EXO_USER_END && !(c->flags & ~(uint64_t)EXO_ENV_FLAGS);

    return ok ? 0 : EXO_E_ARG;
}

static void env_init(struct env *env, uint64_t frame, const struct exo_env_config *c,
                     const struct cap *cap)
{
    env->id = frame_generation(&frame_table[frame]) << ENV_FRAME_BITS | frame;
    env->upcall = frame_window(c->upcall_frame);
    env->config = *c;
    env->config.flags |= c->trap_entry ? 0 : EXO_ENV_NO_EPILOGUE;
    env->root = c->root;
    env->guard = cap->path;
    cap_set(&env->cap[0], cap);
    env->bases.gs_base = c->gs_base;
    atomic_store(&env->alarm_ns, EXO_FOREVER);
    env->upcall->masked = 1;
    arch_env_init(env, c);
    atomic_store(&env->state, ENV_READY);
    trace(TRACE_CREATE, env->id, 0);
}

/* Checks and takes the three frames. REQUIRES(memory_lock). 0 or EXO_E_*; then nothing has changed. */
static int env_frames(uint64_t frame, const struct exo_env_config *c, const struct cap *cap)
{
    int error = 0;
    struct exo_frame *row = frame_dominated(frame, cap, &error);
    struct exo_frame *upcall = row ? frame_dominated(c->upcall_frame, cap, &error) : NULL;
    struct exo_frame *root = upcall ? frame_dominated(c->root, cap, &error) : NULL;

    if (!root)
        return error;
    if (root->kind != EXO_FRAME_TABLE || root->level != 4)
        return EXO_E_KIND;
    if (upcall->kind == EXO_FRAME_UPCALL || upcall->flags & EXO_FRAME_FLAG_TAKEN)
        return EXO_E_BUSY;
    if (upcall->kind != EXO_FRAME_DATA || upcall == row)
        return EXO_E_KIND;
    if (frame_generation(row) + 1 >= ENV_GENERATION_END)
        return EXO_E_RANGE;
    error = frame_take(frame, row, EXO_FRAME_ENV);
    if (error)
        return error;
    (void)frame_next_generation(row);
    upcall->kind = EXO_FRAME_UPCALL;
    upcall->references++;
    upcall->flags |= EXO_FRAME_FLAG_USED;
    arch_window_open(c->upcall_frame);
    root->references++;
    return 0;
}

static int env_make(uint64_t frame, const struct exo_env_config *c, const struct cap *cap,
                    uint64_t *id)
{
    lock_take(&env_lock);
    lock_take(&memory_lock);
    int error = env_frames(frame, c, cap);

    lock_drop(&memory_lock);
    if (!error) {
        struct env *env = frame_window(frame);

        env_init(env, frame, c, cap);
        *id = env->id;
    }
    lock_drop(&env_lock);
    return error;
}

struct env *env_boot(uint64_t frame, const struct exo_env_config *config)
{
    struct cap root = {.rights = EXO_RIGHT_ALL, .present = 1};
    uint64_t id = 0;
    int error = env_make(frame, config, &root, &id);

    if (error)
        panic("env: cannot create the first one: error %d", error);
    first_env = id;
    return env_find(id);
}

struct call_result call_env_create(struct env *, const struct cap *cap, uint64_t frame,
                                   const struct exo_env_config *config)
{
    uint64_t id = 0;
    int error = config_check(config);

    if (!error)
        error = env_make(frame, config, cap, &id);
    return error ? call_error(error) : call_ok((int64_t)id);
}

void env_notify(struct env *env, uint64_t events)
{
    if (events) {
        __atomic_fetch_or(&env->upcall->events, events, __ATOMIC_SEQ_CST);
        atomic_fetch_or(&env->async, EXO_PENDING_EVENT);
    }
    env->upcall->wakes++;
    atomic_store(&env->woken, 1);
    if (atomic_load(&env->state) == ENV_RUNNING) {
        if (env->cpu != this_cpu()->index)
            arch_kick(env->cpu);
    } else {
        slice_kick_idle();
    }
}

void caller_release(struct env *env)
{
    struct env *caller = env->caller;

    env->caller = NULL;
    if (!caller)
        return;
    caller->callee = 0;
    regs_set_result(&caller->regs, -EXO_E_NONE, 0);
    atomic_store(&caller->state, ENV_READY);
    slice_kick_idle();
}

void env_stop(struct env *env)
{
    if (env->id == first_env)
        panic_regs(&env->regs, "init stopped: it trapped (vector %lu) and has no handler",
                   env->regs.vector);
    slice_leave(ENV_STOPPED, arch_now_ns());
    lock_take(&env_lock);
    frame_table[env->id & ((1ull << ENV_FRAME_BITS) - 1)].level = 1;
    caller_release(env);
    struct env *guardian = env->config.guardian ? env_find(env->config.guardian) : NULL;

    if (guardian)
        env_notify(guardian, 1ull << EXO_EVENT_STOPPED);
    lock_drop(&env_lock);
}

int env_named(const struct cap *cap, uint64_t id, struct env **out)
{
    *out = env_find(id);
    if (!*out)
        return EXO_E_NONE;
    return path_dominates(&cap->path, &(*out)->guard) ? 0 : EXO_E_CAP;
}

int env_controlled(struct env *self, uint32_t slot, uint64_t id, struct env **out)
{
    struct cap cap;
    int error = -cap_get(self->cap, slot, EXO_RIGHT_WRITE, &cap);

    if (error)
        return error;
    return env_named(&cap, id, out);
}

bool env_release(struct env *env)
{
    uint64_t frame = env->id & ((1ull << ENV_FRAME_BITS) - 1);

    if (net_env_gone(env))
        return false;
    trace(TRACE_DESTROY, env->id, 0);
    caller_release(env);
    if (env->state == ENV_CALLING)
        env_find(env->callee)->caller = NULL; /* which lives, or this env would not call */
    slice_forget(env);
    sleep_unpin(env);
    revoke_forget(env);
    table_epoch++;
    frame_table[env->root].references--;
    frame_table[env->config.upcall_frame].references--;
    frame_table[env->config.upcall_frame].kind = EXO_FRAME_DATA;
    arch_window_close(env->config.upcall_frame);
    memset(env, 0, EXO_PAGE_SIZE);
    frame_give_back(frame);
    return true;
}

bool env_stop_elsewhere(struct env *env)
{
    if (env->state == ENV_RUNNING)
        arch_kick(env->cpu);
    else if (env->state != ENV_CALLING || !arch_state_held(env))
        return true;
    atomic_fetch_or(&env->async, ENV_KILL);
    return false;
}

struct call_result call_env_destroy(struct env *self, uint32_t slot, uint64_t env_id)
{
    struct env *env = NULL;
    bool more = true;
    int error = 0;

    for (uint32_t turn = 0; !error && more && turn <= EXO_NET_RINGS_MAX; turn++) {
        lock_take(&env_lock);
        error = env_controlled(self, slot, env_id, &env);
        if (!error && (env == self || !env_stop_elsewhere(env)))
            error = EXO_E_BUSY;
        if (!error) {
            lock_take(&net_lock);
            lock_take(&memory_lock);
            more = !env_release(env);
            lock_drop(&memory_lock);
            lock_drop(&net_lock);
        }
        lock_drop(&env_lock);
        if (more)
            call_pause();
    }
    if (!error && more)
        error = EXO_E_BUSY; /* others made new rings for it meanwhile */
    return error ? call_error(error) : call_ok(0);
}
