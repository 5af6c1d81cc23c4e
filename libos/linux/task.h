/* SPDX-License-Identifier: MIT */
/*
 * task.h - processes, tasks, waiting, timers (folder proc, sched.c).
 */
#pragma once
#include "libos/linux/core.h"
#include "libos/linux/sig/signal.h"

struct space;
struct files;
struct tty;
struct inode;
struct file;
struct dentry;

enum task_state {
    TASK_RUNNABLE,
    TASK_RUNNING,
    TASK_SLEEPING,
    TASK_STOPPED,
    TASK_DEAD
};

/* What processes hold besides memory and descriptors; copied by fork, shared with CLONE_FS. */
struct fs_context {
    uint32_t users; /* processes */
    struct dentry *root;
    struct dentry *cwd;
    uint32_t umask;
};

struct credentials {
    uint32_t uid, euid, suid, fsuid;
    uint32_t gid, egid, sgid, fsgid;
    uint32_t group_count;
    uint32_t groups[32];
    uint64_t permitted, effective, inheritable, bounding,
        ambient; /* capabilities: proc/capability.h */
    uint32_t securebits;
};

#define RLIMIT_COUNT 16
struct rlimit_pair {
    uint64_t soft, hard;
};

struct process {
    int pid;
    int pgid, sid;
    struct process *parent;
    int parent_pid;       /* what getppid says: 1 without a parent (entry.S) */
    struct list children; /* of process.sibling */
    struct list sibling;
    struct list all;   /* every process, zombies too: process_list */
    struct list tasks; /* of task.peer: those that live, and the leader until the process is gone */
    struct task *leader;    /* its tid is the pid */
    uint32_t live;          /* tasks that have not ended */
    struct task *exec_task; /* an execve that ends all other tasks and waits for that; NULL else */
    struct space *space;    /* NULL once a zombie */
    struct files *files;
    struct fs_context *fs; /* NULL once a zombie */
    struct credentials cred;
    struct signal_shared sig; /* handlers, pending for the process, see sig/signal.h */
    struct rlimit_pair rlimit[RLIMIT_COUNT];
    struct tty *tty;           /* controlling terminal */
    struct waitq child_wait;   /* parent sleeps here in wait4 */
    struct task *vfork_waiter; /* parent task held until exec or exit; NULL else */
    bool zombie;
    bool dumpable;
    uint32_t personality; /* flags of <linux/personality.h> */
    bool execed;          /* since fork: setpgid by the parent is refused */
    int exit_signal;      /* signal sent to the parent at exit (SIGCHLD), 0: none */
    int exit_status;      /* wait status word as wait4 reports it */
    int stop_report;      /* stopped or continued and not yet reported: wait status word, 0: none */
    struct dentry *exe;   /* for /proc/PID/exe */
    char comm[16];
    uint64_t arg_start, arg_end, env_start, env_end; /* for /proc/PID/cmdline, environ */
    uint64_t aux_start, aux_bytes;                   /* for core files */
    bool dumping;                                    /* a core file is about to be written */
    uint64_t start_ns;
    uint64_t user_ns, system_ns, child_user_ns,
        child_system_ns; /* of all its tasks, those that ended too; after sched_account */
    uint64_t faults;
    void *timers; /* time/: POSIX and interval timers */
    int nice;     /* kept for getpriority; inherited */
    int16_t oom_adjust,
        oom_adjust_min; /* as written to oom_score_adj; what it was set to by who may lower it */
    struct list pidfds; /* proc/pidfd.c */
    struct debug *debug; /* its debugger, observe/debug.c; NULL: none */
    struct sem_undo *sem_undo; /* ipc/sem.c */
    uint32_t io_priority;      /* ioprio_set; kept and inherited like nice */
    uint16_t memory_policy;    /* set_mempolicy; likewise */
    uint32_t membarrier;       /* MEMBARRIER_CMD_REGISTER_*: what it has registered for */
};

struct task {
    int tid;
    enum task_state state;
    struct process *process;
    struct list peer;   /* in process->tasks */
    struct vcpu *vcpu;  /* that runs it, or did last */
    struct list run;    /* in the run queue */
    void *stack;        /* TASK_STACK_BYTES */
    uint64_t saved_rsp; /* sched.c: context of a task that does not run */
    struct regs *regs;  /* the program's registers: top of the stack */
    uint64_t fs_base;
    uint64_t gs_base_program; /* arch_prctl(ARCH_SET_GS): kept, not active (GS is the LibOS's) */
    void *fpu;                /* XSAVE area of a task that does not run */
    bool in_user_fpu;         /* fpu area holds live program state to restore */
    struct signal_task sig;   /* mask, pending, alternate stack */
    bool ending;        /* takes no signals any more; a leader stays so until its process is gone */
    bool debug_parked;  /* stands for its debugger */
    bool vfork_pending; /* sleeps until the vfork child execs or exits */
    bool woken;         /* set by task_wake; what task_sleep looks at */
    uint64_t wake_deadline;
    struct list timeout; /* in sched.c's deadline list */
    uaddr_t clear_child_tid;
    uaddr_t robust_list;
    uint64_t cpu_ns;    /* CPU time used */
    uint64_t cpu_ticks; /* and what is not yet in cpu_ns and process->user_ns: see sched_account */
    uint64_t faults;
    uint64_t affinity; /* CPUs it may run on; 0: all; inherited */
    uint8_t policy;    /* SCHED_*, as sched_setscheduler left it */
    bool policy_reset; /* children have no niceness below 0, and not this flag */
    uaddr_t rseq;      /* struct rseq of the program; 0: none (call/rseq.c) */
    uint32_t rseq_length, rseq_signature;
    uint32_t rseq_cpu; /* what the program was told */
    char comm[16];      /* the process's for its leader */
};

#define TASK_STACK_BYTES 16384

/* The number of the call that a task makes; -1: it makes none. */
static inline int task_call(const struct task *task)
{
    return (int)task->regs->orig_rax;
}

extern uint64_t process_faults_ended; /* page faults of processes that are over (proc/exit.c) */
extern struct list process_list;           /* of process.all */
struct process *process_find(int pid);     /* zombies too; NULL */
struct process *process_init(void);        /* the program that the instance runs (pid 2) */
struct task *task_find(int tgid, int tid); /* dead leaders too; tgid 0: in any process; NULL */
/* policy_set - SCHED_NORMAL, _BATCH or _IDLE for a task, if current may (call/priority.c). */
int64_t policy_set(struct task *task, uint32_t policy, bool reset);
void task_set_name(struct task *task, const char *name); /* the leader's is its process's */

/* --- Waiting (sched.c) ---------------------------------------------------------------------------
 *     struct waiter w;
 *     waiter_init(&w);
 *     for (;;) {
 *         wait_add(&queue, &w);             // idempotent
 *         if (condition) break;
 *         error = task_sleep(deadline_ns);  // -ERESTARTSYS: a signal is pending; -ETIMEDOUT
 *         if (error) break;
 *     }
 *     wait_remove(&w);
 */
struct waiter {
    struct list node;
    struct task *task;
    void (*notify)(
        struct waiter
            *waiter); /* called by a wake instead of task_wake; stays in the queue (epoll) */
};
void waitq_init(struct waitq *queue);
void waiter_init(struct waiter *waiter); /* for current() */
void wait_add(struct waitq *queue, struct waiter *waiter);
void wait_remove(struct waiter *waiter);
void waitq_wake(struct waitq *queue);     /* all of them */
void waitq_wake_one(struct waitq *queue); /* the first */
void waitq_abandon(struct waitq *queue);  /* the queue ends: nobody is in it any more */
#define NO_DEADLINE UINT64_MAX
/* Gives the CPU away until task_wake, the deadline (now_ns() scale), or a signal. 0, -ETIMEDOUT, -ERESTARTSYS. */
int task_sleep(uint64_t deadline_ns);
int task_sleep_uninterruptible(
    uint64_t deadline_ns); /* 0 or -ETIMEDOUT; SIGKILL waits too: short waits only */
void task_wake(struct task *task);
void task_notify(
    struct task *task);   /* its attention is set: it looks soon, asleep or in its program */
void task_yield(void);    /* to the end of the run queue */
/* The task, if it waits for a CPU, runs now, and the caller when that gives way, before all others that are ready; the end
 * of the slice puts an end to it. With several vcpus nothing happens: another one may have taken the task. */
void task_yield_to(struct task *task);
uint64_t now_ns(void);    /* monotonic, since boot */
void sched_account(struct process *process); /* brings its and its tasks' CPU times up to date */

/* A callback at a time, run by the scheduler with the instance lock held. */
struct timer {
    struct list node;
    uint64_t deadline_ns;
    void (*expire)(struct timer *timer);
    bool armed;
};
void timer_start(struct timer *timer, uint64_t deadline_ns); /* re-arms if armed */
void timer_stop(struct timer *timer);

/* --- Life and death (proc/) ------------------------------------------------------------------------ */
_Noreturn void
process_exit(int wait_status); /* all tasks of current's process; wait_status as wait4 shows it */
_Noreturn void
thread_exit(int wait_status); /* the running task, and with the last one the process */
void process_continue(struct process *process);
void process_child_report(struct process *process); /* wake the parent's wait4, send exit_signal */
