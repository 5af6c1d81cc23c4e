/* SPDX-License-Identifier: MIT */
/*
 * transfer.c - protected control transfer: calling another env with the registers as the message.
 *
 * A callee is entered only while it is in transfer_wait, at its registered entry and stack; rax tells it who
 * called, unforgeably. A synchronous caller is CALLING until transfer_return; meanwhile its slice positions run the callee
 * (slice.c follows the chain, at most 8 deep). A dying callee gives its caller EXO_E_NONE (env.c).
 * A right that was found once is remembered in the capability's slot (`bound`) until the slot changes; with that, calls and
 * returns are made in assembly (entry.S). All others, and all whose outcome is not the usual one, come here.
 * Not here: message formats, buffers, retries. Shared frames and libraries do those.
 */
#include "core/env.h"
#include "core/calls.h"
#include "core/slice.h"

/* The callee if it may be entered by self now: 0 or EXO_E_*. REQUIRES(env_lock). */
static int callee_find(struct env *self, uint32_t slot, uint64_t id, struct env **out)
{
    struct cap cap = {0};
    int error = -cap_get(self->cap, slot, 0, &cap);
    struct env *env = env_find(id);

    if (!env)
        return EXO_E_NONE;
    if (!(env->config.flags & EXO_ENV_OPEN_TRANSFER)) {
        if (error)
            return error;
        if (!path_dominates(&cap.path, &env->guard))
            return EXO_E_CAP;
    }
    if (atomic_load_explicit(&env->state, memory_order_acquire) != ENV_WAITING)
        return EXO_E_BUSY;
    *out = env;
    self->cap[slot].bound = id;
    return 0;
}

static void enter(struct env *callee, struct env *self, bool synchronous)
{
    regs_copy_message(&callee->regs, &self->regs);
    callee->regs.rax = self->id;
    callee->regs.rsp = callee->config.transfer_rsp;
    regs_enter(&callee->regs, callee->config.transfer_entry);
    callee->upcall->masked = 1;
    callee->upcall->transfers++;
    callee->caller = synchronous ? self : NULL;
    callee->transferred = true;
}

static struct call_result transfer(struct env *self, uint32_t slot, uint64_t id, bool synchronous)
{
    struct env *callee = NULL;

    lock_take(&env_lock);
    int error = callee_find(self, slot, id, &callee);

    if (!error) {
        self->regs.rax = 0;
        self->callee = synchronous ? id : 0;
        enter(callee, self, synchronous);
        slice_hand(callee, synchronous ? ENV_CALLING : ENV_READY);
    }
    lock_drop(&env_lock);
    return error ? call_error(error) : call_ok(0);
}

struct call_result call_transfer_call(struct env *self, uint32_t slot, uint64_t env)
{
    return transfer(self, slot, env, true);
}

struct call_result call_transfer_send(struct env *self, uint32_t slot, uint64_t env)
{
    return transfer(self, slot, env, false);
}

struct call_result call_transfer_wait(struct env *self)
{
    if (!self->config.transfer_entry)
        return call_error(EXO_E_ARG);
    lock_take(&env_lock);
    caller_release(self); /* it refuses: transfer_return would have been the answer */
    slice_leave(ENV_WAITING, arch_now_ns());
    lock_drop(&env_lock);
    return call_ok(0);
}

struct call_result call_transfer_return(struct env *self)
{
    if (!self->transferred)
        return call_error(EXO_E_NONE);
    lock_take(&env_lock);
    struct env *caller = self->caller;

    self->transferred = false;
    self->caller = NULL;
    if (caller) {
        regs_copy_message(&caller->regs, &self->regs);
        regs_set_result(&caller->regs, 0, self->regs.rdx);
        caller->callee = 0;
        slice_hand(caller, ENV_WAITING);
    } else {
        slice_leave(ENV_WAITING, arch_now_ns());
    }
    lock_drop(&env_lock);
    return call_ok(0);
}
