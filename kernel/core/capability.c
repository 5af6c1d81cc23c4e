/* SPDX-License-Identifier: MIT */
/*
 * capability.c - the calls on capabilities: deriving, granting, dropping, taking away, showing.
 *
 * Not here: what a capability guards. Every resource carries its guard's path.
 */
#include "core/calls.h"
#include "core/env.h"
#include "core/ucopy.h"

struct call_result call_cap_derive(struct env *self, uint32_t from, uint32_t to, uint64_t component,
                                   uint64_t rights)
{
    struct cap parent, child;

    lock_take(&env_lock);
    int error = -cap_get(self->cap, from, 0, &parent);

    if (!error && self->cap[to].present)
        error = EXO_E_EXISTS;
    if (!error)
        error = path_child(&child.path, &parent.path, (uint32_t)component, parent.rights,
                           (uint32_t)rights);
    child.rights = (uint16_t)rights;
    child.present = 1;
    if (!error)
        cap_set(&self->cap[to], &child);
    lock_drop(&env_lock);
    return error ? call_error(error) : call_ok(0);
}

struct call_result call_cap_grant(struct env *self, uint32_t slot, uint64_t env_id, uint32_t from,
                                  uint32_t to)
{
    struct cap cap;
    struct env *env = NULL;

    lock_take(&env_lock);
    int error = env_controlled(self, slot, env_id, &env);

    if (!error)
        error = -cap_get(self->cap, from, EXO_RIGHT_GRANT, &cap);
    if (!error && env->cap[to].present)
        error = EXO_E_EXISTS;
    if (!error)
        cap_set(&env->cap[to], &cap);
    lock_drop(&env_lock);
    return error ? call_error(error) : call_ok(0);
}

struct call_result call_cap_drop(struct env *self, uint32_t slot)
{
    lock_take(&env_lock);
    bool present = self->cap[slot].present;

    if (present)
        cap_set(&self->cap[slot], NULL);
    lock_drop(&env_lock);
    return present ? call_ok(0) : call_error(EXO_E_CAP);
}

struct call_result call_cap_revoke(struct env *self, uint32_t slot, uint64_t env_id,
                                   uint32_t target)
{
    struct env *env = NULL;

    lock_take(&env_lock);
    int error = env_controlled(self, slot, env_id, &env);

    if (!error && !env->cap[target].present)
        error = EXO_E_CAP;
    if (!error)
        cap_set(&env->cap[target], NULL);
    lock_drop(&env_lock);
    return error ? call_error(error) : call_ok(0);
}

struct call_result call_cap_read(struct env *self, uint32_t slot, uint64_t out)
{
    struct cap cap;
    struct exo_cap shown = {0};

    if (cap_get(self->cap, slot, 0, &cap) == 0) {
        shown.depth = (uint16_t)cap.path.depth;
        shown.rights = cap.rights;
        shown.present = 1;
    }
    for (uint32_t i = 0; i < shown.depth; i++)
        shown.path[i] = (uint16_t)(cap.path.part[i / 4] >> (i % 4 * 16));
    return call_error(ucopy_out(out, &shown, sizeof shown));
}
