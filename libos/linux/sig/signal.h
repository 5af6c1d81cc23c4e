/* SPDX-License-Identifier: MIT */
/*
 * signal.h - signals (sig/*.c).
 */
#pragma once
#include "libos/linux/core.h"

#define SIGNAL_COUNT 64
typedef uint64_t sigmask_t; /* bit n-1: signal n */

/* The kernel's own siginfo layout, 128 bytes, as the program sees it. */
struct siginfo {
    int32_t signo, error, code, pad;
    union {
        uint8_t bytes[112];
        struct { int32_t pid; uint32_t uid; uint64_t value; } kill;             /* kill, sigqueue */
        struct { int32_t pid; uint32_t uid; int32_t status; int32_t pad; int64_t utime, stime; } child;
        struct { uint64_t address; } fault;
        struct { int32_t id, overrun; uint64_t value; } timer;
        struct { int64_t band; int32_t fd; } poll;
    } u;
};

struct signal_action { /* what rt_sigaction reads and writes */
    uint64_t handler;
    uint64_t flags;
    uint64_t restorer;
    sigmask_t mask;
};

struct signal_queue {
    sigmask_t set;
    struct list items; /* queued siginfo, allocated in sig/ */
};

struct signal_shared {
    struct signal_action *action; /* [SIGNAL_COUNT], heap; index signal - 1 */
    struct signal_queue pending;
    bool group_exit;
};

struct signal_task {
    sigmask_t blocked;
    sigmask_t saved_blocked; /* sigsuspend, ppoll: restored after the handler's frame is built */
    bool restore_blocked;
    struct signal_queue pending;
    uint64_t stack_base, stack_size;
    uint32_t stack_flags;
    uint32_t reserved;
};

/* Sends; wakes a task that takes it. info may be NULL (kernel-generated). 0 or -ESRCH/-EAGAIN. Never sleeps. */
int signal_send_process(struct process *process, int signal, const struct siginfo *info);
int signal_send_task(struct task *task, int signal, const struct siginfo *info);
int signal_send_group(int pgid, int signal, const struct siginfo *info); /* 0, or -ESRCH */
/* A fault of the running program: forced even if blocked or ignored (then the default action kills). */
void signal_force(int signal, int code, uint64_t address, uint64_t trap_number, uint64_t error);
bool signal_pending(struct task *task); /* something deliverable: sleeps end with -ERESTARTSYS */
/* Called on every return to the program when signal_pending: builds handler frames, runs default actions
 * (may not return), turns -ERESTARTSYS into a restart or -EINTR. */
void signal_deliver(struct regs *regs);
int signal_init_process(struct process *process);                 /* all default; 0 or -ENOMEM */
int signal_fork(struct process *child, struct task *child_task);  /* copy actions, mask; clear pending */
void signal_exec(struct process *process);                        /* handlers to default, alternate stack off */
void signal_exit(struct process *process);                        /* free everything */
