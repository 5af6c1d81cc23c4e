/* SPDX-License-Identifier: MIT */
/*
 * thread.c - the tasks of a process: finding them, ending one or all, and what each leaves behind.
 *
 * A task ends only on its own way back to its program (signal_deliver) or in exit: whoever wants another one gone makes
 * SIGKILL pending for that task alone and wakes it. The last task takes the process along. The leader's struct stays
 * until the process is reaped, because its number is the process's; execve of another thread inherits that number.
 * Source: clone(2), _exit(2), execve(2) "Effect on process attributes", pthreads(7).
 */
#include <asm/signal.h>
#include "libos/linux/call/futex.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/observe/core.h"
#include "libos/linux/observe/observe.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/sched.h"
#include "libos/linux/sig/queue.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"

struct task *task_find(int tgid, int tid)
{
    struct process *process = process_find(tgid ? tgid : tid);

    if (process && (tgid || process->leader)) {
        list_for_each (node, &process->tasks)
            if (list_item(node, struct task, peer)->tid == tid)
                return list_item(node, struct task, peer);
        return NULL;
    }
    if (tgid)
        return NULL;
    list_for_each (all, &process_list) {
        process = list_item(all, struct process, all);
        list_for_each (node, &process->tasks)
            if (list_item(node, struct task, peer)->tid == tid)
                return list_item(node, struct task, peer);
    }
    return NULL;
}

void task_set_name(struct task *task, const char *name)
{
    struct process *process = task->process;

    memset(task->comm, 0, sizeof task->comm);
    memcpy(task->comm, name, strnlen(name, sizeof task->comm - 1));
    if (task == process->leader)
        memcpy(process->comm, task->comm, sizeof process->comm);
}

bool task_to_die(const struct task *task)
{
    const struct process *process = task->process;

    return process->sig.group_exit || (process->exec_task && process->exec_task != task);
}

void threads_kill(struct process *process, const struct task *but)
{
    process_resume(process);
    list_for_each (node, &process->tasks) {
        struct task *task = list_item(node, struct task, peer);

        if (task == but || task->ending)
            continue;
        task->sig.pending.set |= SIGNAL_BIT(SIGKILL);
        signal_update(task);
        task_notify(task);
    }
}

void task_release_memory(struct task *task)
{
    struct process *process = task->process;

    futex_exit(task);
    if (task->clear_child_tid && (process->live > 1 || space_users(process->space) > 1) &&
        !put_user_u32(task->clear_child_tid, 0))
        futex_wake_address(task->clear_child_tid, 1); /* someone else still has this memory */
    task->clear_child_tid = 0;
}

void thread_exit(int status)
{
    struct task *task = current();
    struct process *process = task->process;
    bool leader = task == process->leader;

    if (process->dumping && process->exec_task && process->exec_task != task)
        core_keep(task);
    if (trace_on && process->live > 1) /* the last one's is the process's (process_end) */
        trace_exit(process->sig.group_exit ? process->exit_status : status);
    reap_dead();
    sched_account(process);
    if (!process->sig.group_exit) /* the last one to end decides, as on Linux 6 */
        process->exit_status = status;
    task_release_memory(task);
    process->live--;
    task->ending = true;
    signal_exit_task(task);
    if (!process->live)
        process_end(process);
    else if (process->exec_task)
        task_wake(process->exec_task);
    if (!leader) {
        list_remove(&task->peer);
        task_bury(task);
    }
    task_exit();
}

void process_exit(int status)
{
    struct process *process = current()->process;

    if (!task_to_die(current())) {
        process->sig.group_exit = true;
        process->exit_status = status;
        threads_kill(process, current());
    }
    thread_exit(status);
}

int64_t lx_exit_group(uint64_t status)
{
    process_exit((int)(status & 0xff) << 8);
}

int64_t lx_exit(uint64_t status)
{
    thread_exit((int)(status & 0xff) << 8);
}

/* The leader is dead: the running task takes its number and its place. */
static void become_leader(struct process *process, struct task *task)
{
    struct task *old = process->leader;

    list_remove(&old->peer);
    process->leader = task;
    task->tid = process->pid;
    task_bury(old);
}

int threads_end_others(void)
{
    struct task *task = current();
    struct process *process = task->process;

    if (task_to_die(task))
        return -EAGAIN;
    if (process->live == 1)
        return 0;
    process->exec_task = task;
    threads_kill(process, task);
    while (process->live > 1)
        (void)task_sleep_uninterruptible(NO_DEADLINE);
    process->exec_task = NULL;
    return 0;
}

int threads_become_one(void)
{
    struct task *task = current();
    int error = threads_end_others();

    if (!error && task->process->leader != task)
        become_leader(task->process, task);
    return error;
}
