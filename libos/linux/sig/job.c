/* SPDX-License-Identifier: MIT */
/*
 * job.c - stop and continue.
 *
 * A stopped process has sig.stopped set; each of its tasks joins the stop in signal_deliver, on its
 * way back to the program, and sleeps on stop_wait until SIGCONT or SIGKILL clears it. A task may sleep through a
 * continue and the next stop; the number of the stop tells it to join that one, too.
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
    sched_account(process);
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

/* The parent hears of the stop when the last task has joined it. */
void process_stop_check(struct process *process)
{
    if (!process->sig.stopped || process->sig.stop_told || process->sig.stop_count < process->live)
        return;
    process->sig.stop_told = true;
    process->stop_report = WAIT_STATUS_STOPPED(process->sig.stop_signal);
    report_to_parent(process, CLD_STOPPED, process->sig.stop_signal);
}

static void stop_begin(struct process *process, int signal)
{
    process->sig.stopped = true;
    process->sig.stop_told = false;
    process->sig.stop_count = 0;
    process->sig.stop_number++;
    process->sig.stop_signal = signal;
    list_for_each (node, &process->tasks) {
        struct task *task = list_item(node, struct task, peer);

        if (task->ending)
            continue;
        signal_update(task);
        task_notify(task);
    }
}

void process_stop_here(int signal)
{
    struct process *process = current()->process;
    struct waiter waiter;
    uint32_t joined;

    if (signal && !process->sig.stopped)
        stop_begin(process, signal);
    waiter_init(&waiter);
    joined = process->sig.stop_number - 1;
    while (process->sig.stopped) {
        if (joined != process->sig.stop_number) {
            joined = process->sig.stop_number;
            process->sig.stop_count++;
            process_stop_check(process);
        }
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
    bool told = process->sig.stop_told;

    if (!process->sig.stopped)
        return;
    process_resume(process);
    if (!told)
        return; /* it was never seen stopped */
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
