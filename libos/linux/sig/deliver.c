/* SPDX-License-Identifier: MIT */
/*
 * deliver.c - what pending signals do when a task is about to return to its program.
 */
#include "libos/linux/sig/queue.h"
#include "libos/linux/observe/core.h"
#include "libos/linux/observe/debug.h"
#include "libos/linux/observe/observe.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/call/rseq.h"
#include "libos/linux/proc/proc.h"

#define NR_RESTART_SYSCALL 219
#define SYSCALL_BYTES      2 /* length of the instruction */

static bool in_syscall(const struct regs *regs)
{
    return (int64_t)regs->orig_rax >= 0;
}

static void restart_with(struct regs *regs, uint64_t number)
{
    regs->rax = number;
    regs->rip -= SYSCALL_BYTES;
}

void signal_restart(struct regs *regs)
{
    if (!in_syscall(regs))
        return;
    switch ((int64_t)regs->rax) {
    case -ERESTARTSYS:
    case -ERESTARTNOINTR:
    case -ERESTARTNOHAND:
        restart_with(regs, regs->orig_rax);
        break;
    case -ERESTART_RESTARTBLOCK:
        restart_with(regs, NR_RESTART_SYSCALL);
        break;
    default:
        break;
    }
}

/* A handler is about to run: the interrupted call ends with EINTR or starts again after it. */
static void restart_after_handler(struct regs *regs, const struct signal_action *action)
{
    switch ((int64_t)regs->rax) {
    case -ERESTARTSYS:
        if (action->flags & SA_RESTART)
            restart_with(regs, regs->orig_rax);
        else
            regs->rax = (uint64_t)-EINTR;
        break;
    case -ERESTARTNOINTR:
        restart_with(regs, regs->orig_rax);
        break;
    case -ERESTARTNOHAND:
    case -ERESTART_RESTARTBLOCK:
        regs->rax = (uint64_t)-EINTR;
        break;
    default:
        break;
    }
}

/* Reached only when the handler's frame does not fit: the program can only be told by SIGSEGV, and
 * not by the handler that failed. */
static __attribute__((noinline)) void frame_failed(struct task *task, int signal)
{
    if (signal == SIGSEGV)
        action_default(task, SIGSEGV);
    signal_force(SIGSEGV, SI_KERNEL, 0, task->sig.fault_trap, task->sig.fault_error);
}

static inline __attribute__((always_inline)) void start_handler(struct task *task,
                                                                struct regs *regs, int signal,
                                                                struct signal_action *action,
                                                                const struct siginfo *info)
{
    if (task->rseq)
        rseq_resume(task, regs);
    if (frame_build(regs, signal, action, info)) {
        frame_failed(task, signal);
        return;
    }
    sigmask_t mask = task->sig.blocked | action->mask;

    if (!(action->flags & SA_NODEFER))
        mask |= SIGNAL_BIT(signal);
    if (action->flags & SA_RESETHAND)
        action_default(task, signal);
    task->sig.restore_blocked = false; /* the frame remembers the old mask */
    if (mask != task->sig.blocked)
        signal_set_mask(task, mask);
    regs->orig_rax = UINT64_MAX; /* a second handler must not restart the call again */
}

static void run_handler(struct task *task, struct regs *regs, int signal,
                        struct signal_action *action, const struct siginfo *info)
{
    if (in_syscall(regs))
        restart_after_handler(regs, action);
    start_handler(task, regs, signal, action, info);
}

static void default_action(struct task *task, const struct regs *regs, int signal,
                           const struct siginfo *info)
{
    sigmask_t bit = SIGNAL_BIT(signal);

    if (bit & SIGNALS_DEFAULT_IGNORE)
        return;
    if (bit & SIGNALS_STOP) {
        if (signal != SIGSTOP && group_orphaned(task->process->pgid))
            return;
        process_stop_here(signal);
        return;
    }
    if (!core_signal(signal))
        process_exit(signal);
    task->process->dumping = true;
    if (threads_end_others()) { /* the image must not change while it is written */
        task->process->dumping = false;
        process_exit(signal);
    }
    process_exit(signal | (core_dump(regs, info) ? 0x80 : 0));
}

/* What the signal does. */
static void act(struct task *task, struct regs *regs, int signal, const struct siginfo *info)
{
    struct signal_action *action = &task->process->sig.action[signal - 1];

    if (trace_on && action->handler != HANDLER_IGNORE)
        trace_signal(info);
    if (action->handler == HANDLER_DEFAULT)
        default_action(task, regs, signal, info);
    else if (action->handler != HANDLER_IGNORE)
        run_handler(task, regs, signal, action, info);
}

static void fault_at_once(struct regs *regs, int signal, int code, uint64_t address,
                          uint64_t trap_number, uint64_t error)
{
    struct task *task = current();
    struct signal_action *action = &task->process->sig.action[signal - 1];

    /* Everything that signal_force and signal_deliver would have to look at: a handler, nothing
     * pending unblocked, no mask to put back, this signal not pending behind the mask. */
    if (action->handler <= HANDLER_IGNORE || task->sig.attention || task->sig.restore_blocked ||
        ((task->sig.blocked | task->sig.pending.set) & SIGNAL_BIT(signal))) {
        signal_force(signal, code, address, trap_number, error);
        return;
    }
    struct siginfo info;

    info.signo = signal;
    info.error = 0;
    info.code = code;
    info.pad = 0;
    info.u.child.status = 0; /* the words behind the address, which is the first of the union */
    info.u.child.pad = 0;
    info.u.child.utime = 0;
    info.u.child.stime = 0;
    info.u.fault.address = address;
    task->sig.fault_trap = trap_number;
    task->sig.fault_error = error;
    task->sig.fault_address = address;
    start_handler(task, regs, signal, action, &info);
}

static void fault_traced(struct regs *regs, int signal, int code, uint64_t address,
                         uint64_t trap_number, uint64_t error)
{
    (void)regs;
    signal_force(signal, code, address, trap_number, error);
}

void (*signal_fault)(struct regs *regs, int signal, int code, uint64_t address,
                     uint64_t trap_number, uint64_t error) = fault_at_once;

void signal_trace_faults(bool traced)
{
    signal_fault = traced ? fault_traced : fault_at_once;
}

bool signal_self(int signal, int code)
{
    struct task *task = current();
    struct process *process = task->process;
    struct signal_action *action = &process->sig.action[signal - 1];
    sigmask_t busy = task->sig.blocked | task->sig.pending.set | process->sig.pending.set |
                     SIGNALS_STOP | SIGNAL_BIT(SIGCONT);

    if (process->live != 1 || action->handler <= HANDLER_IGNORE || busy & SIGNAL_BIT(signal) ||
        task->sig.attention || task->sig.restore_blocked ||
        !list_empty(&process->sig.fd_wait.waiters) || trace_on || process->debug)
        return false;
    struct regs *regs = task->regs;
    struct siginfo info;

    info.signo = signal;
    info.error = 0;
    info.code = code;
    info.pad = 0;
    info.u.child.utime = 0; /* the words behind number and user */
    info.u.child.stime = 0;
    info.u.child.status = 0;
    info.u.child.pad = 0;
    info.u.kill.pid = process->pid;
    info.u.kill.uid = process->cred.uid;
    regs->rax = 0; /* what the call returns, when the handler has */
    regs->rcx = regs->rip;
    regs->r11 = regs->rflags;
    task->sig.attention = ATTENTION_REGS;
    start_handler(task, regs, signal, action, &info);
    return true;
}

/* A fault is due: nothing to look for. True: done, and nothing else is pending. */
static bool deliver_forced(struct task *task, struct regs *regs)
{
    int signal = task->sig.forced;

    if (!signal || signal_killed(task) || task->process->sig.stopped)
        return false;
    task->sig.forced = 0;
    task->sig.pending.set &= ~SIGNAL_BIT(signal);
    signal_update(task);
    if (task->process->debug && !(signal = debug_signal(signal, &task->sig.forced_info)))
        return false; /* the instruction is executed again */
    act(task, regs, signal, &task->sig.forced_info);
    return !signal_pending(task) && !task->sig.restore_blocked;
}

static _Noreturn void killed(void)
{
    if (trace_on)
        trace_signal(&(struct siginfo){.signo = SIGKILL});
    process_exit(SIGKILL);
}

void signal_deliver(struct regs *regs)
{
    struct task *task = current();
    struct siginfo info;

    if (deliver_forced(task, regs))
        return;
    while (signal_pending(task)) {
        if (signal_killed(task))
            killed();
        if (task->process->sig.stopped) {
            process_stop_here(0);
            continue;
        }
        int signal = signal_take(task, ~task->sig.blocked, &info);

        if (!signal) { /* another thread was faster */
            signal_update(task);
            break;
        }
        if (task->process->debug && !(signal = debug_signal(signal, &info)))
            continue;
        act(task, regs, signal, &info);
    }
    signal_restart(regs); /* does nothing after a handler */
    if (task->sig.restore_blocked) {
        task->sig.restore_blocked = false;
        signal_set_mask(task, task->sig.saved_blocked);
    }
}

int64_t lx_restart_syscall(void)
{
    struct signal_restart *restart = &current()->sig.restart;

    return restart->resume ? restart->resume(restart) : -EINTR;
}
