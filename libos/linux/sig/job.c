/* SPDX-License-Identifier: MIT */
/*
 * job.c - stop and continue.
 *
 * A stopped process has sig.stopped set; each of its tasks joins the stop in signal_deliver, on its
 * way back to the program, and sleeps on stop_wait until SIGCONT or SIGKILL clears it.
 */
#include "libos/linux/sig/queue.h"

#define WAIT_STATUS_STOPPED(signal) ((signal) << 8 | 0x7f)
#define WAIT_STATUS_CONTINUED       0xffff

/* Tells the parent: its wait4 may report it, and SIGCHLD unless the parent asked for no such news.
 */
static void report_to_parent(struct process *process, int code, int status)
{
    struct process *parent = process->parent;
    struct siginfo info = {.signo = SIGCHLD, .code = code};

    if (!parent)
        return;
    info.u.child.pid = process->pid;
    info.u.child.uid = process->cred.uid;
    info.u.child.status = status;
    info.u.child.utime = (int64_t)(process->user_ns / 10000000);
    info.u.child.stime = (int64_t)(process->system_ns / 10000000);
    const struct signal_action *action = &parent->sig.action[SIGCHLD - 1];

    if (action->handler != HANDLER_IGNORE && !(action->flags & SA_NOCLDSTOP))
        signal_send_process(parent, SIGCHLD, &info);
    waitq_wake(&parent->child_wait);
}

void process_stop(struct process *process, int signal)
{
    if (process->sig.stopped || process->zombie)
        return;
    process->sig.stopped = true;
    process->sig.stop_signal = signal;
    process->stop_report = WAIT_STATUS_STOPPED(signal);
    list_for_each (node, &process->tasks) {
        struct task *task = list_item(node, struct task, peer);

        signal_update(task);
        if (task->state != TASK_RUNNING || task != current())
            task_wake(task);
    }
    report_to_parent(process, CLD_STOPPED, signal);
}

void process_stop_here(int signal)
{
    struct process *process = current()->process;
    struct waiter waiter;

    if (signal)
        process_stop(process, signal);
    waiter_init(&waiter);
    while (process->sig.stopped) {
        wait_add(&process->sig.stop_wait, &waiter);
        task_sleep_uninterruptible(NO_DEADLINE);
    }
    wait_remove(&waiter);
    signal_update(current());
}

void process_resume(struct process *process)
{
    if (!process->sig.stopped)
        return;
    process->sig.stopped = false;
    process->stop_report = 0;
    list_for_each (node, &process->tasks)
        signal_update(list_item(node, struct task, peer));
    waitq_wake(&process->sig.stop_wait);
}

void process_continue(struct process *process)
{
    if (!process->sig.stopped)
        return;
    process_resume(process);
    process->stop_report = WAIT_STATUS_CONTINUED;
    report_to_parent(process, CLD_CONTINUED, SIGCONT);
}

bool group_orphaned(int pgid)
{
    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);
        struct process *parent = process->parent;

        if (process->pgid != pgid || process->zombie || !parent)
            continue;
        if (parent->pgid != pgid && parent->sid == process->sid)
            return false;
    }
    return true;
}
