/* SPDX-License-Identifier: MIT */
/*
 * signal.h - signals (folder sig).
 *
 *   queue.c    pending sets, what is ignored, `attention`
 *   send.c     who gets a signal; kill and its family
 *   deliver.c  what a pending signal does on the way back to the program; restarts
 *   frame.c    the frame of a handler on the program's stack, and the way back from it
 *   action.c   handlers, masks, alternate stacks, waiting for signals
 *   job.c      stop and continue
 *
 * Invariant: ATTENTION_SIGNAL is set in task->sig.attention when the task should look for signals: it was chosen to
 * take one, or its process is to stop. It then passes signal_deliver before its program runs on, and its sleeps end. A
 * signal of the process is pending for all its tasks, but only one is chosen; when that one blocks the signal or ends,
 * another is (signal_retarget).
 */
#pragma once
#include "libos/linux/core.h"

#define SIGNAL_COUNT 64
typedef uint64_t sigmask_t; /* bit n-1: signal n */
#define SIGNAL_BIT(signal) (1ul << ((signal)-1))

#define ERESTARTNOINTR 513 /* always restarted */
#define ERESTART_RESTARTBLOCK                                                                      \
    516 /* restarted by restart_syscall with the state in sig.restart; EINTR after a handler */

/* The part of siginfo that has a meaning, laid out as the program sees it; programs get 128 bytes,
 * zeros at the end. */
#define SIGINFO_USER_BYTES 128
struct siginfo {
    int32_t signo, error, code, pad;
    union {
        uint8_t bytes[32];
        struct {
            int32_t pid;
            uint32_t uid;
            uint64_t value;
        } kill; /* kill, sigqueue */
        struct {
            int32_t pid;
            uint32_t uid;
            int32_t status;
            int32_t pad;
            int64_t utime, stime;
        } child;
        struct {
            uint64_t address;
        } fault;
        struct {
            int32_t id, overrun;
            uint64_t value;
        } timer;
        struct {
            int64_t band;
            int32_t fd;
        } poll;
        struct {
            uint64_t call_address;
            int32_t syscall;
            uint32_t arch;
        } sys;
    } u;
};
static_assert(sizeof(struct siginfo) == 48, "siginfo");

/* A pending signal that came with siginfo. */
struct signal_item {
    struct list node;
    struct siginfo info;
};

struct signal_action { /* what rt_sigaction reads and writes */
    uint64_t handler;
    uint64_t flags;
    uint64_t restorer;
    sigmask_t mask;
};

struct signal_queue {
    sigmask_t set;
    struct list
        items; /* of struct signal_item, allocated in sig/; a signal without one has no siginfo */
};

struct signal_shared {
    struct signal_action *action; /* [SIGNAL_COUNT]; index signal - 1; CLONE_SIGHAND shares them */
    struct signal_queue pending;
    struct signal_item spare; /* used first: most signals are taken before the next one comes */
    bool spare_used;
    uint32_t queued; /* items of the process and its tasks, against RLIMIT_SIGPENDING */
    bool group_exit;
    bool stopped;   /* job control: no task runs until it is cleared */
    bool stop_told; /* all tasks have stopped, and the parent knows */
    int stop_signal;
    struct waitq fd_wait;    /* readers of signalfds, and who polls them: woken by every signal */
    uint32_t stop_number;    /* of this stop */
    uint32_t stop_count;     /* tasks that have joined it */
    struct waitq stop_wait;  /* stopped tasks */
    int parent_death_signal; /* PR_SET_PDEATHSIG; 0: none */
    bool no_new_privileges;
};

/* siginfo.code. <asm/siginfo.h> defines them too, with a struct of its own that is in the way here.
 */
#define SI_USER       0
#define SI_KERNEL     128
#define SI_QUEUE      (-1)
#define SI_TIMER      (-2)
#define SI_TKILL      (-6)
#define SEGV_MAPERR   1 /* nothing mapped there */
#define SEGV_ACCERR   2 /* not allowed there */
#define BUS_ADRALN    1
#define BUS_ADRERR    2
#define ILL_ILLOPN    2
#define FPE_INTDIV    1
#define FPE_FLTINV    7
#define TRAP_BRKPT    1
#define TRAP_TRACE    2
#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_DUMPED    3
#define CLD_STOPPED   5
#define CLD_CONTINUED 6

/* Flags of sigaltstack that <asm/signal.h> lacks. */
#define SS_ONSTACK    1
#define SS_DISABLE    2
#define SS_AUTODISARM (1u << 31)

struct task;
struct process;
struct regs;

/* How a call interrupted by a signal without a handler goes on (restart_syscall). */
struct signal_restart {
    int64_t (*resume)(struct signal_restart *restart);
    uint64_t argument[4];
};

#define ATTENTION_SIGNAL 1
#define ATTENTION_RSEQ   2 /* the program's restartable sequence was interrupted (call/rseq.c) */
#define ATTENTION_DEBUG  8 /* a debugger may want it to stand (observe/debug.c) */
#define ATTENTION_REGS   4 /* the call has put other registers into struct regs: all are loaded (entry.S) */

struct signal_task {
    uint32_t attention; /* see above; entry.S may look at it alone */
    uint32_t stack_flags;
    sigmask_t blocked;
    sigmask_t saved_blocked; /* sigsuspend, ppoll: restored after the handler's frame is built */
    bool restore_blocked;
    struct signal_queue pending;
    uint64_t stack_base, stack_size; /* alternate stack; size 0: none */
    int forced; /* signal of signal_force that is pending; its siginfo is not in the queue; 0: none
                 */
    struct siginfo forced_info;
    uint64_t fault_trap, fault_error,
        fault_address; /* of the last signal_force, for handlers to see */
    sigmask_t awaited; /* rt_sigtimedwait: wakes for these although blocked */
    struct signal_restart restart;
};

/* Sends; wakes a task that takes it. info may be NULL (kernel-generated). 0 or -ESRCH/-EAGAIN.
 * Never sleeps. */
int signal_send_process(struct process *process, int signal, const struct siginfo *info);
int signal_send_task(struct task *task, int signal, const struct siginfo *info);
int signal_send_group(int pgid, int signal, const struct siginfo *info); /* 0, or -ESRCH */
/* A fault of the running program: forced even if blocked or ignored (then the default action
 * kills). */
void signal_force(int signal, int code, uint64_t address, uint64_t trap_number, uint64_t error);
/* The same where the program's registers are at hand: its handler starts at once if nothing else is
 * due. */
extern void (*signal_fault)(struct regs *regs, int signal, int code, uint64_t address,
                            uint64_t trap_number, uint64_t error);
/* From now on faults take the general way, on which they are traced (or no longer): no test on the short one. */
void signal_trace_faults(bool traced);
bool signal_pending(struct task *task); /* something deliverable: sleeps end with -ERESTARTSYS */
/* Called on every return to the program when signal_pending: builds handler frames, runs default
 * actions (may not return), turns -ERESTARTSYS into a restart or -EINTR. */
void signal_deliver(struct regs *regs);
/* The call's result asks for a restart and no handler runs: make it start again. */
void signal_restart(struct regs *regs);
int signal_init_process(struct process *process); /* all default; 0 or -ENOMEM */
void signal_init_task(struct task *task);         /* nothing blocked, nothing pending */
/* Copy or (CLONE_SIGHAND in flags) share actions, copy the mask; nothing pending. 0 or -ENOMEM. */
int signal_fork(struct process *child, struct task *child_task, uint64_t flags);
int signal_unshare(struct process *process); /* before its actions change: no other process's do; 0 or -ENOMEM */
void signal_exec(struct process *process); /* handlers to default, alternate stack off; timers. It may kill the process */
int signal_clear_handlers(struct process *process); /* what is not ignored gets its default action; 0 or -ENOMEM */
void signal_exit(struct process *process); /* free everything; timers too */
void signal_exit_task(struct task *task);  /* a task ends: what it was chosen for goes to others */
bool signal_killed(const struct task *task); /* SIGKILL is pending: end soon */
/* Signals of the process that the task does not take any more: others are chosen. */
void signal_retarget(struct task *task, sigmask_t set);

/*
 * signal_mask_borrow - another mask for the time of one call (ppoll, pselect6, epoll_pwait).
 *
 * mask   address of the program's mask; 0: nothing is done
 * bytes  its size as the program says; must be 8
 *
 * Returns  0, -EINVAL or -EFAULT
 */
int signal_mask_borrow(uaddr_t mask, uint64_t bytes);
/* The call ends with `result`: on -ERESTARTNOHAND or -EINTR signal_deliver puts the mask back after
 * a handler's frame remembers it; else now. */
void signal_mask_return(int64_t result);

/* Is this signal ignored by the process (SIG_IGN, or default and harmless)? For tty: SIGTTIN and
 * SIGTTOU. */
bool signal_ignored(struct process *process, int signal);
/* No process of the group has a parent in the same session but another group: nobody could continue
 * it. */
bool group_orphaned(int pgid);
