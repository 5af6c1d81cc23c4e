/* SPDX-License-Identifier: MIT */
/* slice.h - whose turn it is on each CPU. */
#pragma once
#include "core/env.h"

/* [cpu][position]; exposed; written under env_lock */
extern struct exo_slice (*slice_table)[EXO_SLICE_COUNT];

/*
 * slice_leave - the running env stops running here; it is put into `state` (or stays RUNNING's successor state that
 * the caller stored already, when state is 0) and its time is accounted. The CPU must pick again.
 */
__attribute__((noinline)) void slice_leave(enum env_state state, uint64_t now);

/*
 * slice_hand - the running env gives the rest of its slice to env, which is READY or has slept enough, and is put into
 * `state`; both registers of self and of env must be what they shall go on with. REQUIRES(env_lock;
 * shared: env was READY and is claimed, RUNNING already).
 */
void slice_hand(struct env *env, enum env_state state);

/* slice_pick - choose who runs now; returns when some env is current. Idles if none can run. */
__attribute__((noinline)) void slice_pick(void);

/* slice_timer - the timer interrupt of this CPU at `now`: end of slice, overstay, alarms. */
void slice_timer(struct cpu *cpu, uint64_t now);

/*
 * slice_donated - the slice that runs here may have been given to another env (cpu->donated), which gets the rest of it: if its position
 * is that env's now (slice_set), or one under the env's guard (a packet handler asked for it).
 */
void slice_donated(void);

/* slice_program - set the timer for what comes next on this CPU, which runs env. `now` was the time shortly before; 0: not known. */
void slice_program(struct cpu *cpu, struct env *env, uint64_t now);

/* slice_forget - no position names env any more. REQUIRES(env_lock). */
void slice_forget(const struct env *env);

/* slices_under - how many positions have a guard that this path dominates; `release`: they are free then. REQUIRES(env_lock). */
uint32_t slices_under(const struct path *path, bool release);

/* slice_start - this CPU begins to run envs; never returns. */
_Noreturn void slice_start(void);

/* slice_kick_idle - some env became runnable: wake CPUs that idle. */
void slice_kick_idle(void);

/*
 * A device that waits for the clock instead of an interrupt (kernel/net): device_poll is called on a CPU at its poll_ns
 * (EXO_FOREVER: never) or as soon as it has nothing to run (idle: then it may pause). No lock is held then.
 */
extern void (*device_poll)(bool idle);
