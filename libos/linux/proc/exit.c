/* SPDX-License-Identifier: MIT */
/*
 * exit.c - the end of processes, and how their parents hear of it.
 *
 * When its last task ends (thread.c), a process gives up everything but its struct and its leader, becomes a zombie, and
 * waits for its parent's wait. The LibOS itself (pid 1, which has no struct) adopts orphans and reaps them at once. When the first
 * program ends, the instance ends.
 * Source: wait(2), waitid(2), _exit(2); POSIX, "Consequences of Process Termination".
 */
#include <asm/signal.h>
#include <linux/resource.h>
#include <linux/wait.h>
#include "abi/exo_channel.h"
#include "libos/linux/net/promise.h"
#include "libos/linux/net/stack.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/fs.h"
#include "libos/linux/ipc/sem.h"
#include "libos/linux/log.h"
#include "libos/linux/observe/debug.h"
#include "libos/linux/observe/exec.h"
#include "libos/linux/observe/observe.h"
#include "libos/linux/proc/pidfd.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/sched.h"
#include "libos/linux/task.h"
#include "libos/linux/tty/tty.h"
#include "libos/linux/user.h"

#define NO_CHILD_WAIT 2 /* SA_NOCLDWAIT */
#define HANDLER_IGN   1 /* SIG_IGN */
#define US_PER_SECOND 1000000ul

static struct list dead = {&dead, &dead}; /* of process.sibling: nobody waits for them */
static struct list buried = {&buried,
                             &buried}; /* of task.peer: ended, and in no process any more */

/* --- The end ------------------------------------------------------------------------------------------------ */

static bool parent_ignores(const struct process *parent)
{
    const struct signal_action *action = &parent->sig.action[SIGCHLD - 1];

    return action->handler == HANDLER_IGN || action->flags & NO_CHILD_WAIT;
}

static void zombie_release(struct process *process)
{
    if (!list_empty(&process->sibling))
        list_remove(&process->sibling);
    process->parent = NULL;
    process->parent_pid = 1;
    list_add_tail(&dead, &process->sibling);
}

void reap_dead(void)
{
    list_for_each_safe (node, &dead) {
        struct process *process = list_item(node, struct process, sibling);

        if (process != current()->process)
            process_free(process);
    }
    list_for_each_safe (node, &buried) {
        struct task *task = list_item(node, struct task, peer);

        list_remove(node);
        task_free(task);
    }
}

void task_bury(struct task *task)
{
    list_add_tail(&buried, &task->peer);
}

static void child_info(const struct process *process, struct siginfo *info)
{
    int status = process->exit_status;

    *info = (struct siginfo){.signo = SIGCHLD,
                             .code = status & 0x7f ? (status & 0x80 ? CLD_DUMPED : CLD_KILLED)
                                                   : CLD_EXITED};
    info->u.child.pid = process->pid;
    info->u.child.uid = process->cred.uid;
    info->u.child.status = status & 0x7f ? status & 0x7f : status >> 8;
    info->u.child.utime = (int64_t)(process->user_ns / 10000000);
    info->u.child.stime = (int64_t)(process->system_ns / 10000000);
}

uint64_t process_faults_ended;

void process_child_report(struct process *process)
{
    struct process *parent = process->parent;
    struct siginfo info;

    if (!parent) {
        zombie_release(process);
        return;
    }
    child_info(process, &info);
    info.signo = process->exit_signal;
    if (process->exit_signal)
        signal_send_process(parent, process->exit_signal, &info);
    waitq_wake(&parent->child_wait);
    if (process->exit_signal == SIGCHLD && parent_ignores(parent))
        zombie_release(process);
}

/* A process group that has lost its last connection to the session and has stopped members: nobody could
 * continue them, so they are hung up. */
static void group_check_orphan(int pgid)
{
    bool stopped = false;

    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);

        stopped |= process->pgid == pgid && process->sig.stopped && !process->zombie;
    }
    if (!stopped || !group_orphaned(pgid))
        return;
    signal_send_group(pgid, SIGHUP, NULL);
    signal_send_group(pgid, SIGCONT, NULL);
}

static void children_orphan(struct process *process)
{
    while (!list_empty(&process->children)) {
        struct process *child = list_item(process->children.next, struct process, sibling);

        list_remove(&child->sibling);
        child->parent = NULL;
        child->parent_pid = 1;
        if (child->zombie)
            zombie_release(child);
        else if (child->pgid != process->pgid && child->sid == process->sid)
            group_check_orphan(child->pgid);
    }
}

static void resources_release(struct process *process)
{
    struct space *space = process->space;

    signal_exit(process);
    files_drop(process->files);
    process->files = NULL;
    fs_context_drop(process->fs);
    process->fs = NULL;
    if (process->exe)
        dentry_drop(process->exe);
    process->exe = NULL;
    process->space = NULL;
    process_faults_ended += process->faults;
    process->faults = 0;
    if (space && space_users(space) == 1) {
        space_drop(space); /* while it is loaded */
    } else {
        space_switch(NULL);
        if (space) /* else its program was never loaded (observe/exec.c) */
            space_drop(space);
    }
    vfork_release(process);
}

static _Noreturn void instance_over(int status)
{
    const char *port = promise_broken();
    char reason[80];

    report_summary();
    stack_drain();
    if (status & 0x7f)
        instance_end(CHANNEL_SIGNALLED, (uint32_t)status & 0x7f, "");
    if (!status && port) {
        format(reason, sizeof reason, "nobody listened at port %s, where --port leads", port);
        instance_end(CHANNEL_FAILED, 125, reason);
    }
    instance_end(CHANNEL_EXITED, (uint32_t)status >> 8 & 0xff, "");
}

void process_end(struct process *process)
{
    debug_exit(process);
    report_exit(process->exit_status);
    exec_over(process, process->exit_status);
    if (trace_on)
        trace_exit(process->exit_status);
    if (process == process_init())
        instance_over(process->exit_status);
    tty_session_exit(process);
    sem_exit(process);
    resources_release(process);
    children_orphan(process);
    process->zombie = true;
    process->sig.stopped = false;
    pidfd_exited(process);
    /* Only who was the group's connection to its session takes it along: a parent elsewhere in the session. */
    bool connects = process->parent && process->parent->pgid != process->pgid &&
                    process->parent->sid == process->sid;

    process_child_report(process);
    if (connects)
        group_check_orphan(process->pgid);
}

/* --- Waiting ------------------------------------------------------------------------------------------------- */

struct wait_request {
    int pid;          /* > 0 that one, 0 own group, -1 any, < -1 that group */
    uint32_t options; /* WEXITED, WSTOPPED, WCONTINUED, WNOHANG, WNOWAIT */
    bool again;       /* a pidfd that does not block: nothing found is EAGAIN */
    /* results */
    int found;
    int status;
    struct siginfo info;
    uint64_t user_ns, system_ns;
};

static bool wanted(const struct process *child, int pid, uint32_t options)
{
    /* A child that does not end with SIGCHLD is seen with __WCLONE or __WALL only, and the others not with __WCLONE. */
    if (!(options & __WALL) && (child->exit_signal != SIGCHLD) != !!(options & __WCLONE))
        return false;
    if (pid > 0)
        return child->pid == pid;
    if (pid == -1)
        return true;
    return child->pgid == (pid ? -pid : current()->process->pgid);
}

static void take_zombie(struct process *child, struct wait_request *r)
{
    struct process *self = current()->process;

    r->found = child->pid;
    r->status = child->exit_status;
    child_info(child, &r->info);
    r->user_ns = child->user_ns + child->child_user_ns;
    r->system_ns = child->system_ns + child->child_system_ns;
    if (r->options & WNOWAIT)
        return;
    self->child_user_ns += r->user_ns;
    self->child_system_ns += r->system_ns;
    process_free(child);
}

static bool take_stop(struct process *child, struct wait_request *r)
{
    bool continued = child->stop_report == 0xffff;

    if (!child->stop_report || !(r->options & (continued ? WCONTINUED : WSTOPPED)))
        return false;
    r->found = child->pid;
    r->status = child->stop_report;
    r->info = (struct siginfo){.signo = SIGCHLD, .code = continued ? CLD_CONTINUED : CLD_STOPPED};
    r->info.u.child.pid = child->pid;
    r->info.u.child.uid = child->cred.uid;
    r->info.u.child.status = continued ? SIGCONT : child->stop_report >> 8;
    sched_account(child);
    r->user_ns = child->user_ns;
    r->system_ns = child->system_ns;
    if (!(r->options & WNOWAIT))
        child->stop_report = 0;
    return true;
}

/* 1: something taken; 0: children, but no news; -ECHILD */
static int look(struct wait_request *r)
{
    int result = -ECHILD;

    list_for_each (node, &current()->process->children) {
        struct process *child = list_item(node, struct process, sibling);

        if (!wanted(child, r->pid, r->options))
            continue;
        result = 0;
        if (child->zombie && r->options & WEXITED) {
            take_zombie(child, r);
            return 1;
        }
        if (!child->zombie && take_stop(child, r))
            return 1;
    }
    return result;
}

static int wait_for(struct wait_request *r)
{
    struct process *self = current()->process;
    struct waiter waiter;
    int result;

    waiter_init(&waiter);
    for (;;) {
        wait_add(&self->child_wait, &waiter);
        result = look(r);
        if (result || r->options & WNOHANG)
            break;
        result = task_sleep(NO_DEADLINE);
        if (result)
            break;
    }
    wait_remove(&waiter);
    return result < 0 ? result : 0;
}

static int rusage_write(uaddr_t at, const struct wait_request *r)
{
    struct rusage usage = {0};

    if (!at)
        return 0;
    usage.ru_utime.tv_sec = (long)(r->user_ns / 1000 / US_PER_SECOND);
    usage.ru_utime.tv_usec = (long)(r->user_ns / 1000 % US_PER_SECOND);
    usage.ru_stime.tv_sec = (long)(r->system_ns / 1000 / US_PER_SECOND);
    usage.ru_stime.tv_usec = (long)(r->system_ns / 1000 % US_PER_SECOND);
    return copy_to_user(at, &usage, sizeof usage);
}

int64_t lx_wait4(uint64_t pid, uint64_t status, uint64_t options, uint64_t usage)
{
    struct wait_request r = {.pid = (int)pid, .options = (uint32_t)options | WEXITED};

    if (options & ~(uint64_t)(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL) &
        0xffffffff)
        return -EINVAL;
    if (r.pid == INT32_MIN)
        return -ESRCH;
    int error = wait_for(&r);

    if (!error && r.found && status)
        error = put_user_u32(status, (uint32_t)r.status);
    if (!error && r.found)
        error = rusage_write(usage, &r);
    return error ? error : r.found;
}

/* The number that a pidfd stands for; of a process that is no child of ours or reaped: one that nobody has. */
static int wait_pidfd(int fd, struct wait_request *r)
{
    int error;
    struct process *process = pidfd_process(fd, &error);

    if (!process)
        return error == -ESRCH ? -ECHILD : error;
    r->again = pidfd_nonblock(fd) && !(r->options & WNOHANG);
    if (r->again)
        r->options |= WNOHANG;
    return process->pid;
}

int64_t lx_waitid(uint64_t type, uint64_t id, uint64_t info, uint64_t options, uint64_t usage)
{
    struct wait_request r = {.options = (uint32_t)options};

    if (options & ~(uint64_t)(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD |
                              __WCLONE | __WALL) ||
        !(options & (WEXITED | WSTOPPED | WCONTINUED)))
        return -EINVAL;
    switch ((int)type) {
    case P_ALL:
        r.pid = -1;
        break;
    case P_PID:
        r.pid = (int)id;
        break;
    case P_PGID:
        r.pid = id ? -(int)id : 0;
        break;
    case P_PIDFD:
        if ((int)id < 0)
            return -EINVAL;
        r.pid = wait_pidfd((int)id, &r);
        if (r.pid < 0)
            return r.pid;
        break;
    default:
        return -EINVAL;
    }
    if ((type == P_PID && r.pid <= 0) || (type == P_PGID && (int)id < 0))
        return -EINVAL;
    int error = wait_for(&r);

    if (!error && r.again && !r.found)
        return -EAGAIN;
    if (!error && info)
        error = copy_to_user(info, &r.info, sizeof r.info);
    if (!error && r.found)
        error = rusage_write(usage, &r);
    return error;
}
