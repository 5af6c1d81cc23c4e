/* SPDX-License-Identifier: MIT */
/*
 * send.c - who gets a signal: the sending half, and kill with its family.
 */
#include "libos/linux/sig/queue.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/proc/pidfd.h"
#include "libos/linux/user.h"

#define task_of_peer(node) list_item(node, struct task, peer)

static void flush_everywhere(struct process *process, sigmask_t set)
{
    queue_flush(process, &process->sig.pending, set);
    list_for_each (node, &process->tasks) {
        struct task *task = task_of_peer(node);

        queue_flush(process, &task->sig.pending, set);
        signal_update(task);
    }
}

/* Stop and continue cancel each other at the moment they are sent, even when blocked or ignored. */
static void send_prepare(struct process *process, int signal)
{
    if (SIGNAL_BIT(signal) & SIGNALS_STOP) {
        flush_everywhere(process, SIGNAL_BIT(SIGCONT));
    } else if (signal == SIGCONT) {
        flush_everywhere(process, SIGNALS_STOP);
        process_continue(process);
    } else if (signal == SIGKILL) {
        process_resume(process);
    }
}

static bool awaited_by(const struct task *task, int signal)
{
    return task->sig.awaited & SIGNAL_BIT(signal);
}

static bool takes(const struct task *task, int signal)
{
    return !task->ending && (awaited_by(task, signal) || !(task->sig.blocked & SIGNAL_BIT(signal)));
}

/* Who gets a signal of the process: the leader if it may, else the first that may; rather one with nothing else to do. */
static struct task *choose(const struct process *process, int signal)
{
    struct task *second = NULL;

    if (takes(process->leader, signal) && !signal_pending(process->leader))
        return process->leader;
    list_for_each (node, &process->tasks) {
        struct task *task = task_of_peer(node);

        if (!takes(task, signal))
            continue;
        if (!signal_pending(task))
            return task;
        second = second ? second : task;
    }
    return second;
}

/* Ends the sleep of the tasks that may take a process-wide signal: one for ordinary ones, all for SIGKILL. */
static void wake_takers(struct process *process, int signal)
{
    struct task *task;

    if (signal != SIGKILL) {
        task = choose(process, signal);
        if (task) {
            signal_update(task);
            task_notify(task);
        }
        return;
    }
    list_for_each (node, &process->tasks) {
        task = task_of_peer(node);
        if (task->ending)
            continue;
        signal_update(task);
        task_notify(task);
    }
}

void signal_retarget(struct task *task, sigmask_t set)
{
    struct process *process = task->process;

    for (set &= process->sig.pending.set; set; set &= set - 1)
        wake_takers(process, __builtin_ctzl(set) + 1);
}

static bool must_queue(int signal, const struct siginfo *info)
{
    return signal >= SIGRTMIN && info && info->code != SI_USER && info->code != SI_TKILL;
}

int signal_send_process(struct process *process, int signal, const struct siginfo *info)
{
    if (process->zombie || !process->sig.action)
        return 0;
    send_prepare(process, signal);
    struct signal_queue *queue = &process->sig.pending;

    if (signal < SIGRTMIN && (queue->set & SIGNAL_BIT(signal)))
        return 0;
    if (signal_ignored(process, signal) && !(process->leader->sig.blocked & SIGNAL_BIT(signal)))
        return 0;
    int error = queue_add(process, queue, signal, info, must_queue(signal, info));

    if (error)
        return error;
    wake_takers(process, signal);
    waitq_wake(&process->sig.fd_wait);
    return 0;
}

int signal_send_task(struct task *task, int signal, const struct siginfo *info)
{
    struct process *process = task->process;

    if (process->zombie || task->ending || !process->sig.action)
        return 0;
    send_prepare(process, signal);
    if (signal < SIGRTMIN && (task->sig.pending.set & SIGNAL_BIT(signal)))
        return 0;
    if (signal_ignored(process, signal) && !(task->sig.blocked & SIGNAL_BIT(signal)))
        return 0;
    int error = queue_add(process, &task->sig.pending, signal, info, must_queue(signal, info));

    if (error)
        return error;
    signal_update(task);
    waitq_wake(&process->sig.fd_wait);
    if (signal_pending(task) || awaited_by(task, signal))
        task_notify(task);
    return 0;
}

int signal_send_group(int pgid, int signal, const struct siginfo *info)
{
    int found = -ESRCH;

    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);

        if (process->pgid != pgid || process->zombie)
            continue;
        found = 0;
        signal_send_process(process, signal, info);
    }
    return found;
}

void signal_force(int signal, int code, uint64_t address, uint64_t trap_number, uint64_t error)
{
    struct task *task = current();
    struct signal_action *action = &task->process->sig.action[signal - 1];
    sigmask_t bit = SIGNAL_BIT(signal);

    task->sig.fault_trap = trap_number;
    task->sig.fault_error = error;
    task->sig.fault_address = address;
    if (action->handler == HANDLER_IGNORE || (task->sig.blocked & bit)) {
        action_default(task, signal);
        task->sig.blocked &= ~bit;
    }
    if (task->sig.pending.set & bit)
        queue_flush(task->process, &task->sig.pending, bit);
    task->sig.forced_info = (struct siginfo){.signo = signal, .code = code};
    task->sig.forced_info.u.fault.address = address;
    task->sig.forced = signal;
    task->sig.pending.set |= bit;
    task->sig.attention |= ATTENTION_SIGNAL;
}

/* --- kill and its family
 * ------------------------------------------------------------------------------ */

/* 0 or -EPERM: may current send this signal to the process? */
static int may_send(const struct process *process, int signal)
{
    const struct credentials *own = &current()->process->cred;
    const struct credentials *other = &process->cred;

    if (capable(CAP_KILL) || own->euid == other->suid || own->euid == other->uid ||
        own->uid == other->suid || own->uid == other->uid)
        return 0;
    if (signal == SIGCONT && process->sid == current()->process->sid)
        return 0;
    return -EPERM;
}

static int send_checked(struct process *process, int signal, const struct siginfo *info)
{
    int error = may_send(process, signal);

    if (error || signal == 0)
        return error;
    return signal_send_process(process, signal, info);
}

static void info_kill(struct siginfo *info, int signal, int code)
{
    const struct process *own = current()->process;

    *info = (struct siginfo){.signo = signal, .code = code};
    info->u.kill.pid = own->pid;
    info->u.kill.uid = own->cred.uid;
}

/* Every process that `pgid` names (0: all but pid 1 and current's): 0 if one could be signalled. */
static int64_t kill_many(int pgid, int signal, const struct siginfo *info)
{
    struct process *own = current()->process;
    int64_t result = -ESRCH;
    bool reached = false;

    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);

        if (pgid ? process->pgid != pgid : (process == own || process->pid == 1))
            continue;
        int error = send_checked(process, signal, info);

        if (!error)
            reached = true;
        else
            result = error;
    }
    return reached ? 0 : result;
}

/* kill takes the number of any thread for its process, as on Linux. */
static struct process *process_named(int pid)
{
    struct process *process = process_find(pid);
    struct task *task = process ? NULL : task_find(0, pid);

    return task ? task->process : process;
}

int64_t lx_kill(uint64_t pid_argument, uint64_t signal_argument)
{
    int pid = (int)pid_argument;
    int signal = (int)signal_argument;
    struct siginfo info;

    if (signal < 0 || signal > SIGNAL_COUNT)
        return -EINVAL;
    if (pid == current()->process->pid && signal && signal_self(signal, SI_USER))
        return (int64_t)current()->regs->rax;
    info_kill(&info, signal, SI_USER);
    if (pid == INT32_MIN)
        return -ESRCH;
    if (pid == -1)
        return kill_many(0, signal, &info);
    if (pid <= 0)
        return kill_many(pid ? -pid : current()->process->pgid, signal, &info);
    struct process *process = process_named(pid);

    return process ? send_checked(process, signal, &info) : -ESRCH;
}

int64_t lx_pidfd_send_signal(uint64_t pidfd, uint64_t signal, uint64_t information, uint64_t flags)
{
    struct siginfo info;
    struct process *process;
    int error;

    if (flags)
        return -EINVAL;
    process = pidfd_or_directory((int)pidfd, &error);
    if (!process)
        return error;
    if ((int)signal < 0 || (int)signal > SIGNAL_COUNT)
        return -EINVAL;
    info_kill(&info, (int)signal, SI_USER);
    if (information) {
        if (copy_from_user(&info, information, sizeof info))
            return -EFAULT;
        if (info.signo != (int)signal)
            return -EINVAL;
        if ((info.code >= 0 || info.code == SI_TKILL) && process != current()->process)
            return -EPERM;
    }
    return send_checked(process, (int)signal, &info);
}

static int64_t send_to_task(int tgid, int tid, int signal, const struct siginfo *info)
{
    if (signal < 0 || signal > SIGNAL_COUNT)
        return -EINVAL;
    struct task *task = task_find(tgid, tid);

    if (!task)
        return -ESRCH;
    int error = may_send(task->process, signal);

    if (error || signal == 0)
        return error;
    return signal_send_task(task, signal, info);
}

int64_t lx_tgkill(uint64_t tgid, uint64_t tid, uint64_t signal)
{
    struct siginfo info;

    if ((int)tgid <= 0 || (int)tid <= 0)
        return -EINVAL;
    if ((int)tid == current()->tid && (int)tgid == current()->process->pid && (int)signal > 0 &&
        (int)signal <= SIGNAL_COUNT && signal_self((int)signal, SI_TKILL))
        return (int64_t)current()->regs->rax;
    info_kill(&info, (int)signal, SI_TKILL);
    return send_to_task((int)tgid, (int)tid, (int)signal, &info);
}

int64_t lx_tkill(uint64_t tid, uint64_t signal)
{
    struct siginfo info;

    if ((int)tid <= 0)
        return -EINVAL;
    info_kill(&info, (int)signal, SI_TKILL);
    return send_to_task(0, (int)tid, (int)signal, &info);
}

/* The siginfo that a program supplies: it may not pretend to be the kernel to others. */
static int info_from_user(struct siginfo *info, uaddr_t from, int signal, int target)
{
    if (copy_from_user(info, from, sizeof *info))
        return -EFAULT;
    info->signo = signal;
    if ((info->code >= 0 || info->code == SI_TKILL) && target != current()->process->pid)
        return -EPERM;
    return 0;
}

int64_t lx_rt_sigqueueinfo(uint64_t pid, uint64_t signal, uint64_t information)
{
    struct siginfo info;
    int error = info_from_user(&info, information, (int)signal, (int)pid);

    if (error)
        return error;
    if ((int)signal < 0 || (int)signal > SIGNAL_COUNT)
        return -EINVAL;
    struct process *process = process_named((int)pid);

    return process ? send_checked(process, (int)signal, &info) : -ESRCH;
}

int64_t lx_rt_tgsigqueueinfo(uint64_t tgid, uint64_t tid, uint64_t signal, uint64_t information)
{
    struct siginfo info;

    if ((int)tgid <= 0 || (int)tid <= 0)
        return -EINVAL;
    int error = info_from_user(&info, information, (int)signal, (int)tgid);

    return error ? error : send_to_task((int)tgid, (int)tid, (int)signal, &info);
}
