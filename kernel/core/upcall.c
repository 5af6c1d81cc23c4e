/* SPDX-License-Identifier: MIT */
/*
 * upcall.c - entering envs at the addresses they registered: exceptions, ends of slices, alarms, events.
 *
 * The trap record goes into the upcall page, which the kernel reaches through its window; the page is the
 * env's to scribble on, so every value read from it is bounded before use and read once.
 * The way back from an upcall does not involve the kernel.
 */
#include "core/upcall.h"
#include "core/calls.h"
#include "core/slice.h"
#include "core/table.h"

/* An asynchronous vector is EXO_VECTOR_SLICE_END + the number of its EXO_PENDING_ bit. */
_Static_assert(EXO_PENDING_REVOKE == 1 << (EXO_VECTOR_REVOKE - EXO_VECTOR_SLICE_END) &&
                   EXO_PENDING_SLICE_BEGIN == 1 << (EXO_VECTOR_SLICE_BEGIN - EXO_VECTOR_SLICE_END),
               "one bit for each vector, in order");

static struct exo_trap record(const struct env *env, uint32_t vector, uint64_t error,
                              uint64_t address)
{
    return (struct exo_trap){.rip = env->regs.rip,
                             .rflags = env->regs.rflags,
                             .rsp = env->regs.rsp,
                             .error = error,
                             .address = address,
                             .vector = vector,
                             .masked = env->upcall->masked};
}

/* Fills a trap record and redirects the env. False: the records are used up. */
static bool deliver(struct env *env, uint32_t vector, uint64_t error, uint64_t address)
{
    struct exo_upcall *upcall = env->upcall;
    uint32_t depth = upcall->trap_depth;

    if (depth >= EXO_TRAP_DEPTH)
        return false;
    upcall->trap[depth] = record(env, vector, error, address);
    upcall->trap_depth = depth + 1;
    upcall->masked = 1;
    regs_enter(&env->regs, env->config.trap_entry);
    return true;
}

void upcall_trap(struct env *env, uint32_t vector, uint64_t error, uint64_t address)
{
    env->upcall->traps++;
    if (env->config.trap_entry && deliver(env, vector, error, address))
        return;
    if (env->config.last_resort && !env->in_last_resort) {
        env->in_last_resort = true;
        env->upcall->trap_depth = 0;
        env->upcall->masked = 1;
        regs_enter(&env->regs, env->config.last_resort);
        return;
    }
    trace(TRACE_STOP, env->id, vector);
    /* Its last words, for a guardian that maps the upcall page. The kernel itself prints nothing for users. */
    env->upcall->trap[EXO_TRAP_DEPTH - 1] = record(env, vector, error, address);
    env_stop(env);
}

void upcall_async(struct env *env)
{
    uint32_t bits = atomic_fetch_and(&env->async, ENV_KILL) & ~ENV_KILL;

    env->told += bits & EXO_PENDING_EVENT ? 1 : 0;
    if (env->held)
        device_resume(env);
    for (uint32_t bit; bits; bits ^= 1u << bit) { /* the end of the slice comes last */
        bit = 31 - (uint32_t)__builtin_clz(bits);
        if (!env->config.trap_entry || env->upcall->masked ||
            !deliver(env, EXO_VECTOR_SLICE_END + bit, 0, 0))
            __atomic_fetch_or(&env->upcall->pending, 1u << bit, __ATOMIC_SEQ_CST);
    }
}

struct regs *kernel_exit(struct cpu *cpu, uint64_t now)
{
    uint32_t due = 0;

    while (!cpu->env ||
           (due = atomic_load_explicit(&cpu->env->async, memory_order_relaxed)) & ENV_KILL) {
        if (cpu->env)
            slice_leave(ENV_STOPPED, arch_now_ns());
        slice_pick();
        now = cpu->env_from_ns;
    }
    if (due)
        upcall_async(cpu->env);
    slice_program(cpu, cpu->env, now);
    lock_check_none("the way out of the kernel");
    return &cpu->env->regs;
}
