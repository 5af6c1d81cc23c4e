/* SPDX-License-Identifier: MIT */
/*
 * sched.h - running tasks: what entry.S, the start of the instance and proc/ need beyond task.h.
 */
#pragma once
#include "libos/linux/core.h"

struct task;

void sched_init(void);

/*
 * task_create - a task without a process: stack, room for its extended state, lists. NULL: out of memory.
 * It is not runnable. task->regs lies at the top of its stack.
 */
struct task *task_create(void);
/* idle_create - the task of a vcpu that has none to run; NULL: out of memory. */
struct task *idle_create(void);
/* sched_idle - what an idle task does, on its stack and with the instance lock. */
_Noreturn void sched_idle(void);
/* sched_many - several vcpus run from now on. */
void sched_many(void);
/* sched_spread - wake vcpus that sleep and may run a task that waits for a CPU. */
void sched_spread(void);
/* sched_affinity_changed - the task's CPU set has: it leaves a CPU that is not in it. */
void sched_affinity_changed(struct task *task);

/* task_free - the opposite; not the running one. */
void task_free(struct task *task);

/* task_count - how many there are. */
uint64_t task_count(void);

/* task_start - a new task with regs filled in may run; it begins at task_start_user (entry.S). */
void task_start(struct task *task);

/* task_start_at - the same for a task that begins with LibOS code, which ends with enter_program or not at all. */
void task_start_at(struct task *task, void (*start)(void));

/* task_exit - the running task never runs again: another is chosen. Whoever holds it frees it with task_free. */
_Noreturn void task_exit(void);

/* Save the running task's extended state (x87, SSE, AVX) into another task's area: fork. */
void task_copy_fpu(struct task *to);

/*
 * sched_upcall - the env was told something while the program ran, or has found it pending on the way back.
 *
 * pending  EXO_PENDING_* bits. An end of slice yields the env and goes on with the next task.
 */
void sched_upcall(uint32_t pending);
