/* SPDX-License-Identifier: MIT */
/*
 * token.c - handing a right over through shared memory: a capability, sealed as data and opened again.
 *
 * A token is path, rights, issuer, its epoch, and a MAC over them by a key that never leaves the kernel. It is good while
 * its issuer lives and has not begun a new epoch (token_revoke, or the destruction of a subtree that one of its tokens
 * may name). The comparison takes the same time whatever is wrong.
 */
#include "core/token.h"
#include "base/siphash.h"
#include "core/calls.h"
#include "core/ucopy.h"

static uint64_t token_key[2];

void token_start(const uint64_t key[2])
{
    token_key[0] = key[0];
    token_key[1] = key[1];
}

static uint64_t token_mac(const struct exo_token *token)
{
    return siphash(token_key, (const uint64_t *)token, offsetof(struct exo_token, mac) / 8);
}

/* The longest path that dominates both. */
static struct path common_path(const struct path *a, const struct path *b)
{
    struct path common = *a;

    while (!path_dominates(&common, b)) {
        common.depth--;
        common.part[0] &= path_depth_mask[common.depth][0];
        common.part[1] &= path_depth_mask[common.depth][1];
    }
    return common;
}

void token_forget(struct env *env, const struct path *path)
{
    if (!env->token_issued ||
        (!path_dominates(path, &env->token_path) && !path_dominates(&env->token_path, path)))
        return;
    env->token_epoch++;
    env->token_issued = false;
}

struct call_result call_token_seal(struct env *self, const struct cap *cap, uint64_t rights,
                                   uint64_t out)
{
    struct exo_token token = {.rights = (uint16_t)rights, .issuer = self->id};

    if (!rights_within((uint32_t)rights, cap->rights))
        return call_error(EXO_E_RIGHT);
    lock_take(&env_lock);
    self->token_path = self->token_issued ? common_path(&self->token_path, &cap->path) : cap->path;
    self->token_issued = true;
    token.epoch = self->token_epoch;
    lock_drop(&env_lock);
    token.part[0] = cap->path.part[0];
    token.part[1] = cap->path.part[1];
    token.depth = (uint16_t)cap->path.depth;
    token.mac = token_mac(&token);
    return call_error(ucopy_out(out, &token, sizeof token));
}

struct call_result call_token_open(struct env *self, uint32_t to, const struct exo_token *token)
{
    int error = 0;

    if (token_mac(token) ^ token->mac)
        return call_error(EXO_E_CAP);
    lock_take(&env_lock);
    struct env *issuer = env_find(token->issuer);

    if (!issuer || issuer->token_epoch != token->epoch)
        error = EXO_E_CAP;
    else if (self->cap[to].present)
        error = EXO_E_EXISTS;
    if (!error)
        cap_set(&self->cap[to], &(struct cap){.path = {.part = {token->part[0], token->part[1]},
                                                       .depth = token->depth},
                                              .rights = token->rights,
                                              .present = 1});
    lock_drop(&env_lock);
    return error ? call_error(error) : call_ok(0);
}

struct call_result call_token_revoke(struct env *self)
{
    lock_take(&env_lock);
    self->token_epoch++;
    self->token_issued = false;
    lock_drop(&env_lock);
    return call_ok(0);
}
