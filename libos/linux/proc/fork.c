/* SPDX-License-Identifier: MIT */
/*
 * fork.c - making processes: clone in the forms of fork, vfork and posix_spawn.
 *
 * Everything that can fail happens before the child is visible in any list. Threads (CLONE_THREAD) are refused.
 * Source: clone(2), fork(2), vfork(2).
 */
#include <asm/resource.h>
#include <asm/signal.h>
#include <linux/sched.h>
#include "libos/linux/call/handlers.h"
#include "libos/linux/cpu.h"
#include "libos/linux/fs/fs.h"
#include "libos/linux/proc/pidfd.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/sched.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"

#define FIRST_PID 2
#define PID_LIMIT 4194304
#define FRAMES_PER_PROCESS                                                                         \
    24 /* an instance makes no more processes than it has memory for tables and stacks */

struct list process_list = {&process_list, &process_list};
static struct process *first;
static int next_pid = FIRST_PID;
static uint64_t process_count;

struct process *process_find(int pid)
{
    for (struct list *node = process_list.previous; node != &process_list; node = node->previous) {
        struct process *process = list_item(node, struct process, all);

        if (process->pid == pid)
            return process;
    }
    return NULL;
}

struct process *process_init(void)
{
    return first;
}

static bool pid_taken(int pid)
{
    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);

        if (process->pid == pid || process->pgid == pid || process->sid == pid)
            return true;
    }
    return false;
}

static int pid_take(void)
{
    static bool wrapped;

    for (;;) {
        int pid = next_pid++;

        if (next_pid >= PID_LIMIT) {
            next_pid = 300;
            wrapped = true;
        }
        if (!wrapped || !pid_taken(pid))
            return pid;
    }
}

/* A process with one task, in no list yet. NULL: no memory. */
static struct process *process_new(void)
{
    struct process *process = heap_zalloc(sizeof *process);
    struct task *task = process ? task_create() : NULL;

    if (!task) {
        heap_free(process);
        return NULL;
    }
    list_init(&process->children);
    list_init(&process->sibling);
    list_init(&process->all);
    list_init(&process->tasks);
    list_init(&process->pidfds);
    waitq_init(&process->child_wait);
    list_add_tail(&process->tasks, &task->peer);
    task->process = process;
    process->dumpable = true;
    process->exit_signal = SIGCHLD;
    process->parent_pid = 1;
    process->start_ns = now_ns();
    return process;
}

static struct task *only_task(struct process *process)
{
    return list_item(process->tasks.next, struct task, peer);
}

void process_free(struct process *process)
{
    if (!list_empty(&process->all)) {
        list_remove(&process->all);
        process_count--;
    }
    if (!list_empty(&process->sibling))
        list_remove(&process->sibling);
    pidfd_forget(process);
    task_free(only_task(process));
    heap_free(process);
}

static void process_publish(struct process *process)
{
    process->pid = pid_take();
    only_task(process)->tid = process->pid;
    list_add_tail(&process_list, &process->all);
    process_count++;
}

static void limits_default(struct process *process)
{
    for (uint32_t i = 0; i < RLIMIT_COUNT; i++)
        process->rlimit[i] = (struct rlimit_pair){.soft = RLIM_INFINITY, .hard = RLIM_INFINITY};
    process->rlimit[RLIMIT_STACK].soft = 8ul << 20;
    process->rlimit[RLIMIT_CORE].soft = 0;
    process->rlimit[RLIMIT_NOFILE] = (struct rlimit_pair){.soft = 1024, .hard = 1048576};
    process->rlimit[RLIMIT_MEMLOCK] = (struct rlimit_pair){.soft = 8ul << 20, .hard = 8ul << 20};
    process->rlimit[RLIMIT_MSGQUEUE] = (struct rlimit_pair){.soft = 819200, .hard = 819200};
    process->rlimit[RLIMIT_NICE] = (struct rlimit_pair){0};
    process->rlimit[RLIMIT_RTPRIO] = (struct rlimit_pair){0};
    uint64_t processes = frames_total() / FRAMES_PER_PROCESS;

    process->rlimit[RLIMIT_NPROC] = (struct rlimit_pair){.soft = processes, .hard = processes};
    process->rlimit[RLIMIT_SIGPENDING] = process->rlimit[RLIMIT_NPROC];
}

int process_first(struct task **task)
{
    struct process *process = process_new();

    if (!process)
        return -ENOMEM;
    limits_default(process);
    fs_context_start(&process->fs);
    if (signal_init_process(process) || files_create(&process->files))
        return -ENOMEM;
    signal_init_task(only_task(process));
    process_publish(process);
    process->pgid = process->pid;
    process->sid = process->pid;
    first = process;
    *task = only_task(process);
    /* Opening a terminal is a path walk by the current process, whose controlling terminal it becomes. */
    vcpu_set_task(*task);
    (*task)->state = TASK_RUNNING;
    return fs_open_standard(process->files);
}

/* --- clone ----------------------------------------------------------------------------------------------- */

struct clone_request {
    uint64_t flags;
    uaddr_t parent_tid, child_tid;
    uint64_t stack; /* first stack pointer; 0: the parent's */
    uint64_t tls;
    int exit_signal;
};

#define FLAGS_ALWAYS                                                                               \
    (CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_SETTLS | CLONE_VM |   \
     CLONE_VFORK | CLONE_FILES | CLONE_CLEAR_SIGHAND | CLONE_UNTRACED | CLONE_IO | CLONE_SYSVSEM | \
     CLONE_DETACHED)

static int request_check(const struct clone_request *r)
{
    if ((r->flags & CLONE_THREAD && !(r->flags & CLONE_SIGHAND)) ||
        (r->flags & CLONE_SIGHAND && !(r->flags & CLONE_VM)))
        return -EINVAL;
    if (r->flags & CLONE_THREAD)
        return (int)unimplemented(-ENOSYS, "clone with CLONE_THREAD: threads");
    if (r->flags & (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                    CLONE_NEWPID | CLONE_NEWNET))
        return (int)unimplemented(-EINVAL, "clone with namespaces, flags 0x%lx", r->flags);
    if (r->flags & ~(uint64_t)FLAGS_ALWAYS)
        return (int)unimplemented(-EINVAL, "clone flags 0x%lx", r->flags & ~(uint64_t)FLAGS_ALWAYS);
    if (r->flags & CLONE_VM && !(r->flags & CLONE_VFORK))
        return (int)unimplemented(-EINVAL, "clone with CLONE_VM and without CLONE_VFORK");
    if (r->exit_signal < 0 || r->exit_signal > SIGNAL_COUNT)
        return -EINVAL;
    return 0;
}

/* What the child gets from the parent but memory. On failure the caller frees what is there. */
static int inherit(struct process *child, const struct clone_request *r)
{
    struct process *parent = current()->process;
    struct task *task = only_task(child);
    int error;

    child->pgid = parent->pgid;
    child->sid = parent->sid;
    child->tty = parent->tty;
    child->cred = parent->cred;
    child->dumpable = parent->dumpable;
    child->nice = parent->nice;
    child->io_priority = parent->io_priority;
    child->memory_policy = parent->memory_policy;
    child->affinity = parent->affinity;
    child->exit_signal = r->exit_signal;
    child->arg_start = parent->arg_start;
    child->arg_end = parent->arg_end;
    child->env_start = parent->env_start;
    child->env_end = parent->env_end;
    child->aux_start = parent->aux_start;
    child->aux_bytes = parent->aux_bytes;
    memcpy(child->rlimit, parent->rlimit, sizeof child->rlimit);
    memcpy(child->comm, parent->comm, sizeof child->comm);
    if (r->flags & CLONE_FILES) {
        files_hold(parent->files);
        child->files = parent->files;
    } else if ((error = files_fork(parent->files, &child->files))) {
        return error;
    }
    error = signal_fork(child, task);
    if (error) {
        files_drop(child->files);
        return error;
    }
    child->fs = parent->fs;
    dentry_hold(child->fs.root);
    dentry_hold(child->fs.cwd);
    child->exe = parent->exe;
    if (child->exe)
        dentry_hold(child->exe);
    return 0;
}

static int memory_inherit(struct process *child, const struct clone_request *r)
{
    struct space *space = current()->process->space;

    if (r->flags & CLONE_VM) {
        space_hold(space);
        child->space = space;
        return 0;
    }
    return space_fork(space, &child->space);
}

static void registers_inherit(struct task *task, const struct clone_request *r)
{
    struct task *self = current();

    *task->regs = *self->regs;
    task->regs->rax = 0;
    task->regs->orig_rax = UINT64_MAX;
    if (r->stack)
        task->regs->rsp = r->stack;
    task->fs_base = r->flags & CLONE_SETTLS ? r->tls : fs_base_current();
    task_copy_fpu(task);
    if (r->flags & CLONE_CHILD_CLEARTID)
        task->clear_child_tid = r->child_tid;
}

/* The child's own memory gets its number: written through the child's space, which copies the page. */
static void child_tid_write(struct process *child, uaddr_t at)
{
    struct process *parent = current()->process;
    bool other = child->space != parent->space;

    if (other)
        space_switch(child->space);
    (void)put_user_u32(at, (uint32_t)child->pid); /* a bad address is the child's own fault */
    if (other)
        space_switch(parent->space);
}

static void vfork_wait(struct task *self)
{
    while (self->vfork_pending)
        (void)task_sleep_uninterruptible(NO_DEADLINE);
}

void vfork_release(struct process *process)
{
    struct task *waiter = process->vfork_waiter;

    if (!waiter)
        return;
    process->vfork_waiter = NULL;
    waiter->vfork_pending = false;
    task_wake(waiter);
}

/* RLIMIT_NPROC counts the processes of the real user. */
static bool over_limit(const struct process *parent)
{
    uint64_t count = 0;

    list_for_each (node, &process_list)
        count += list_item(node, struct process, all)->cred.uid == parent->cred.uid;
    return count >= parent->rlimit[RLIMIT_NPROC].soft;
}

static int64_t clone(const struct clone_request *r)
{
    struct process *parent = current()->process;
    int error = request_check(r);

    if (error)
        return error;
    reap_dead();
    if (process_count >= frames_total() / FRAMES_PER_PROCESS ||
        (parent->cred.uid && over_limit(parent)))
        return -EAGAIN;
    struct process *child = process_new();

    if (!child)
        return -ENOMEM;
    error = memory_inherit(child, r);
    if (!error) {
        error = inherit(child, r);
        if (error)
            space_drop(child->space);
    }
    if (error) {
        process_free(child);
        return error;
    }
    struct task *task = only_task(child);

    registers_inherit(task, r);
    process_publish(child);
    child->parent = parent;
    child->parent_pid = parent->pid;
    list_add_tail(&parent->children, &child->sibling);
    if (r->flags & CLONE_CLEAR_SIGHAND)
        signal_exec(child);
    if (r->flags & CLONE_PARENT_SETTID)
        (void)put_user_u32(r->parent_tid, (uint32_t)child->pid);
    if (r->flags & CLONE_CHILD_SETTID)
        child_tid_write(child, r->child_tid);
    int pid = child->pid;

    if (r->flags & CLONE_VFORK) {
        child->vfork_waiter = current();
        current()->vfork_pending = true;
    }
    task_start(task);
    if (r->flags & CLONE_VFORK)
        vfork_wait(current());
    return pid;
}

int64_t lx_clone(uint64_t flags, uint64_t stack, uint64_t parent_tid, uint64_t child_tid,
                 uint64_t tls)
{
    return clone(&(struct clone_request){.flags = flags & ~(uint64_t)CSIGNAL & 0xffffffff,
                                         .exit_signal = (int)(flags & CSIGNAL),
                                         .stack = stack,
                                         .parent_tid = parent_tid,
                                         .child_tid = child_tid,
                                         .tls = tls});
}

int64_t lx_clone3(uint64_t arguments, uint64_t size)
{
    struct clone_args a = {0};

    if (size < CLONE_ARGS_SIZE_VER0)
        return -EINVAL;
    if (size > sizeof a)
        return size > PAGE_SIZE ? -E2BIG
                                : unimplemented(-E2BIG, "clone3 with %lu bytes of arguments", size);
    int error = copy_from_user(&a, arguments, size);

    if (error)
        return error;
    if (a.set_tid || a.set_tid_size || a.flags & (CLONE_INTO_CGROUP | CLONE_PIDFD))
        return unimplemented(-EINVAL, "clone3 flags 0x%lx with set_tid, pidfd or cgroup",
                             (uint64_t)a.flags);
    if (a.flags & CSIGNAL || a.exit_signal & ~(uint64_t)CSIGNAL || !a.stack != !a.stack_size)
        return -EINVAL;
    return clone(&(struct clone_request){.flags = a.flags,
                                         .exit_signal = (int)a.exit_signal,
                                         .stack = a.stack ? a.stack + a.stack_size : 0,
                                         .parent_tid = a.parent_tid,
                                         .child_tid = a.child_tid,
                                         .tls = a.tls});
}

int64_t lx_fork(void)
{
    return clone(&(struct clone_request){.exit_signal = SIGCHLD});
}

int64_t lx_vfork(void)
{
    return clone(&(struct clone_request){.flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD});
}
