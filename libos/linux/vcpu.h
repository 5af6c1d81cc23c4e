/* SPDX-License-Identifier: MIT */
/*
 * vcpu.h - the envs of the instance, one a CPU, and the lock that makes LibOS code run on one of them at a time.
 *
 * The lock is taken at the entry from a program and given back on the way to one, or when a vcpu has nothing to run
 * (entry.S, cpu.c, sched.c): the rest of the LibOS knows nothing of it. A switch of tasks carries it along. While one
 * vcpu runs it is not used at all; the others start when the first program makes a second task or picks its CPUs.
 */
#pragma once
#include "libos/linux/core.h"

struct task;
struct process;
struct space;

#define VCPU_MAX   64
#define EVENT_KICK 1 /* event bit: look at your task's attention */

extern uint32_t instance_many; /* nonzero: several vcpus run and the lock is in use; entry.S */
extern uint32_t vcpu_count;    /* that run */
extern struct vcpu *vcpus[VCPU_MAX];

/*
 * vcpus_start - start those of the other CPUs, once. The caller is a task of vcpu 0, the only one, and owns the lock
 * from now on. A CPU for which memory is lacking is left out, and logged.
 */
void vcpus_start(void);

/* instance_lock_take, _give - REQUIRES instance_many. Giving back also wakes vcpus for tasks that wait. entry.S, too */
void instance_lock_take(void);
void instance_lock_give(void);

/* instance_lock, instance_unlock - the same, and nothing while one vcpu runs. */
static inline void instance_lock(void)
{
    if (__builtin_expect(instance_many, 0))
        instance_lock_take();
}

static inline void instance_unlock(void)
{
    if (__builtin_expect(instance_many, 0))
        instance_lock_give();
}

/* vcpu_kick - the vcpu's program is interrupted: it passes through the LibOS before it goes on. Not for one's own. */
void vcpu_kick(struct vcpu *vcpu);

/*
 * vcpu_barrier - when it returns, each other vcpu that was running a program (of this process; NULL: any) has entered
 * the LibOS since. The lock may be given away meanwhile.
 */
void vcpu_barrier(const struct process *process);

/* vcpus_set_sites - the array by which rewritten sites of a space return has been replaced (rewrite/rewrite.c). */
void vcpus_set_sites(const struct space *space, const uint64_t *sites);
