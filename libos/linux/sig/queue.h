/* SPDX-License-Identifier: MIT */
/*
 * queue.h - pending signals, inside sig/ and for time/.
 */
#pragma once
#include <asm/signal.h>
#include "libos/linux/sig/signal.h"
#include "libos/linux/task.h"

#define SIGNALS_STOP                                                                               \
    (SIGNAL_BIT(SIGSTOP) | SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGTTIN) | SIGNAL_BIT(SIGTTOU))
#define SIGNALS_DEFAULT_IGNORE                                                                     \
    (SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGURG) | SIGNAL_BIT(SIGWINCH))
#define SIGNALS_FAULT                                                                              \
    (SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGTRAP) |         \
     SIGNAL_BIT(SIGFPE) | SIGNAL_BIT(SIGSYS))
#define SIGNALS_NEVER_BLOCKED (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))

#define HANDLER_DEFAULT 0ul
#define HANDLER_IGNORE  1ul

void queue_init(struct signal_queue *queue);

/*
 * queue_add - make a signal pending, with its siginfo if there is one.
 *
 * owner  process whose items are counted
 * info   NULL: none is kept
 * must   an item that cannot be kept is an error (real-time signals of sigqueue and timers), else
 * the signal goes without
 *
 * Returns  0, or -EAGAIN: RLIMIT_SIGPENDING reached or out of memory
 */
int queue_add(struct process *owner, struct signal_queue *queue, int signal,
              const struct siginfo *info, bool must);

/* queue_take - the siginfo of one pending signal; the set's bit goes when none of it is left. */
void queue_take(struct process *owner, struct signal_queue *queue, int signal,
                struct siginfo *info);

/* queue_flush - forget all pending signals of the set. */
void queue_flush(struct process *owner, struct signal_queue *queue, sigmask_t set);

/* queue_timer_overrun - if this timer's signal is pending still, add to its overrun count. True: it
 * was. */
bool queue_timer_overrun(struct signal_queue *queue, int signal, int timer_id, int times);

/* What the task could take now from its own and the process's queue. */
static inline sigmask_t signal_ready(const struct task *task)
{
    return (task->sig.pending.set | task->process->sig.pending.set) & ~task->sig.blocked;
}

/* Brings `attention` up to date after a change of pending sets, mask or stop. */
static inline void signal_update(struct task *task)
{
    bool look = signal_ready(task) != 0 || task->process->sig.stopped;

    task->sig.attention = (task->sig.attention & ~(uint32_t)ATTENTION_SIGNAL) | look;
}

static inline void signal_set_mask(struct task *task, sigmask_t mask)
{
    sigmask_t more = mask & ~task->sig.blocked & task->process->sig.pending.set;

    task->sig.blocked = mask & ~SIGNALS_NEVER_BLOCKED;
    signal_update(task);
    if (more && task->process->live > 1)
        signal_retarget(task, more);
}

/* The lowest signal of a set that is not empty; faults of the program itself first. */
static inline int signal_first(sigmask_t set)
{
    if (set & SIGNALS_FAULT)
        set &= SIGNALS_FAULT;
    return __builtin_ctzl(set) + 1;
}

/* signal_take - the next signal out of `set` for the task; 0: none. Private ones first. */
int signal_take(struct task *task, sigmask_t set, struct siginfo *info);

/* job.c */
/* The running task joins the stop of its process, or begins it (signal != 0); returns when it is continued or killed. */
void process_stop_here(int signal);
void process_stop_check(
    struct process *process); /* a task ended: perhaps the others have all stopped */
void process_resume(struct process *process); /* undo a stop without telling anyone (SIGKILL) */

/*
 * signal_self - the running program sends itself a signal (1 .. SIGNAL_COUNT) as kill or tgkill do, and its handler can start
 * right away: one thread, nothing else pending, not blocked, nobody watches.
 *
 * Returns  true: struct regs are the handler's; the call returns regs->rax. False: nothing was done.
 */
bool signal_self(int signal, int code);

/* action_default - the signal's default action from now on; without memory for that the process is killed. */
void action_default(struct task *task, int signal);

/* frame.c: 0, or -EFAULT when the stack cannot take the frame */
int frame_build(struct regs *regs, int signal, const struct signal_action *action,
                const struct siginfo *info);
