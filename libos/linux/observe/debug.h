/* SPDX-License-Identifier: MIT */
/*
 * debug.h - a process under a debugger: what makes it stop, what it is while it stands (debug.c, step.c; gdb.c asks).
 *
 * One debugger a process, itself a task of the LibOS's (gdb.c). It stops a process by making each of its tasks look at it on
 * the way back to the program (ATTENTION_DEBUG), where it parks with all registers in task->regs; a call that sleeps is
 * interrupted and made again, as by a signal without a handler. Breakpoints are bytes in the program's memory; a step is
 * breakpoints at all places where the instruction may lead, because the trap flag does not outlive the way back (entry.S).
 */
#pragma once
#include "libos/linux/core.h"
#include "libos/linux/sig/signal.h"

struct process;
struct space;
struct task;

#define DEBUG_BREAKPOINTS 64

struct breakpoint {
    uint64_t address;
    uint8_t byte; /* what the program has there */
};

enum debug_stop {
    DEBUG_ASKED, /* by the debugger */
    DEBUG_SIGNAL,
    DEBUG_BREAKPOINT,
    DEBUG_STEP
};

struct debug {
    struct process *process; /* NULL: it has ended, and its task was told so */
    bool stopped;            /* its tasks park */
    bool ended;
    int exit_status;
    enum debug_stop stop;
    int stop_tid, stop_signal;
    struct siginfo info; /* of a stop for a signal */
    int resume_signal; /* what the stopped task gets instead of stop_signal; 0: nothing */
    uint64_t pass;     /* signals that it gets without a stop, from bit 0 */
    int step_tid;      /* the task that steps; 0: none */
    bool step_alone;   /* the others stand meanwhile */
    uint32_t step_count;
    struct breakpoint step[2];
    uint32_t count;
    struct breakpoint breakpoint[DEBUG_BREAKPOINTS];
    struct waitq changed; /* the debugger waits for a stop or the end */
    struct waitq parked;  /* the tasks, to go on */
};

extern uint32_t debuggers; /* processes that have one */

/* --- For the debugger's task --------------------------------------------------------------------------- */

/* debug_attach - the process stops. -EBUSY: it has a debugger; -ESRCH: it has no program. May sleep. */
int debug_attach(struct debug *debug, struct process *process);
void debug_detach(struct debug *debug); /* it goes on as if nobody had looked */
void debug_interrupt(struct debug *debug);
/* debug_settle - wait until no task of a process that was stopped runs any more. */
void debug_settle(struct debug *debug);
/* debug_resume - go on; step_tid: that task for one instruction. -EFAULT: it cannot be stepped. */
int debug_resume(struct debug *debug, int step_tid, bool alone, int signal);

/* Memory as the program would see it without a debugger. 0 or -EFAULT, -ENOMEM; pokes also where it may only read. */
int debug_peek(struct debug *debug, void *to, uint64_t address, uint32_t bytes);
int debug_poke(struct debug *debug, const void *from, uint64_t address, uint32_t bytes);
int debug_breakpoint_set(struct debug *debug, uint64_t address);
void debug_breakpoint_remove(struct debug *debug, uint64_t address);

/* step.c: the addresses, one or two, that come after the task's next instruction; 0: unknown. */
uint32_t step_targets(struct debug *debug, const struct task *task, uint64_t target[2]);

/* --- For the program's tasks --------------------------------------------------------------------------- */

void debug_park(void);                /* cpu.c: on the way back with ATTENTION_DEBUG; may sleep */
bool debug_trap(struct regs *regs);   /* cpu.c: int3; true: it was the debugger's */
/* sig/deliver.c: which signal is to be delivered; 0: none. May sleep */
int debug_signal(int signal, const struct siginfo *info);
void debug_thread(struct task *task); /* proc/fork.c: a new thread */
void debug_forked(struct process *parent, struct space *space); /* a copy of its memory */
void debug_exec(struct process *process);                       /* new memory: no breakpoints in it */
void debug_exit(struct process *process);                       /* proc/exit.c: its end; sleeps until the debugger knows */

struct exec;
/* gdb.c: speaks gdb's remote protocol over the streams of a program that the host started; its status. */
int gdb_serve(struct exec *exec, const char *pid);
