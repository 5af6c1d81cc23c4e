/* SPDX-License-Identifier: MIT */
/*
 * fork.c - making processes and threads: clone in all its forms.
 *
 * Everything that can fail happens before the child is visible in any list. A thread
 * (CLONE_THREAD) is a task more in the same process.
 * Source: clone(2), fork(2), vfork(2).
 */
#include <asm/resource.h>
#include <asm/signal.h>
#include <linux/sched.h>
#include "libos/linux/call/handlers.h"
#include "libos/linux/cpu.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/observe/debug.h"
#include "libos/linux/proc/pidfd.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/sched.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"
#include "libos/linux/vcpu.h"

#define FIRST_PID 2
#define PID_LIMIT 4194304
/* An instance makes no more processes and threads than it has memory for tables and stacks. */
#define FRAMES_PER_PROCESS 24
#define FRAMES_PER_TASK    6

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
    return task_find(0, pid) != NULL;
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
    process->leader = task;
    process->live = 1;
    process->dumpable = true;
    process->exit_signal = SIGCHLD;
    process->parent_pid = 1;
    process->start_ns = now_ns();
    capability_first(&process->cred);
    return process;
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
    task_free(process->leader);
    heap_free(process);
}

static void process_publish(struct process *process)
{
    process->pid = pid_take();
    process->leader->tid = process->pid;
    list_add_tail(&process_list, &process->all);
    process_count++;
}

void process_limits_default(struct process *process)
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

int process_extra(struct task **task)
{
    struct process *process = process_new();

    if (!process)
        return -ENOMEM;
    process_limits_default(process);
    process->fs = fs_context_new();
    if (!process->fs || signal_init_process(process) || files_create(&process->files))
        return -ENOMEM;
    signal_init_task(process->leader);
    process_publish(process);
    process->pgid = process->pid;
    process->sid = process->pid;
    *task = process->leader;
    return 0;
}

int process_first(struct task **task)
{
    int error = process_extra(task);

    if (error)
        return error;
    struct process *process = (*task)->process;

    first = process;
    /* Opening a terminal is a path walk by the current process, whose controlling terminal it becomes. */
    vcpu_set_task(*task);
    (*task)->state = TASK_RUNNING;
    return fs_open_standard(process->files);
}

/* --- clone ----------------------------------------------------------------------------------------------- */

struct clone_request {
    uint64_t flags;
    uaddr_t parent_tid, child_tid, pidfd;
    uint64_t stack; /* first stack pointer; 0: the parent's */
    uint64_t tls;
    int exit_signal;
};

#define FLAGS_THREAD                                                                               \
    (CLONE_VM | CLONE_SIGHAND | CLONE_FILES | CLONE_FS) /* what threads share here */
#define FLAGS_KNOWN                                                                                \
    (FLAGS_THREAD | CLONE_THREAD | CLONE_PARENT | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |       \
     CLONE_CHILD_CLEARTID | CLONE_SETTLS | CLONE_VFORK | CLONE_CLEAR_SIGHAND | CLONE_UNTRACED |    \
     CLONE_PTRACE | CLONE_IO | CLONE_SYSVSEM | CLONE_DETACHED | CLONE_PIDFD)
#define FLAGS_SPACES                                                                               \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |  \
     CLONE_NEWNET)

static int request_check(const struct clone_request *r)
{
    uint64_t flags = r->flags;

    if ((flags & CLONE_THREAD && !(flags & CLONE_SIGHAND)) ||
        (flags & CLONE_SIGHAND && !(flags & CLONE_VM)) ||
        (flags & CLONE_FS && flags & (CLONE_NEWNS | CLONE_NEWUSER)) ||
        (flags & CLONE_THREAD && flags & (CLONE_NEWPID | CLONE_NEWUSER)) ||
        (flags & CLONE_PARENT && current()->process == first) ||
        (flags & CLONE_PIDFD && flags & (CLONE_THREAD | CLONE_DETACHED)))
        return -EINVAL;
    if (flags & FLAGS_SPACES)
        return (int)unimplemented(-EINVAL, "clone with namespaces, flags 0x%lx", flags);
    if (flags & ~(uint64_t)FLAGS_KNOWN)
        return (int)unimplemented(-EINVAL, "clone flags 0x%lx", flags & ~(uint64_t)FLAGS_KNOWN);
    if (flags & CLONE_THREAD && ((flags & FLAGS_THREAD) != FLAGS_THREAD || flags & CLONE_VFORK))
        return (int)unimplemented(-EINVAL, "clone of a thread, flags 0x%lx", flags);
    if (r->exit_signal < 0 || r->exit_signal > SIGNAL_COUNT)
        return -EINVAL;
    return 0;
}

static int files_inherit(struct process *child, const struct process *parent, uint64_t flags)
{
    if (!(flags & CLONE_FILES))
        return files_fork(parent->files, &child->files);
    files_hold(parent->files);
    child->files = parent->files;
    return 0;
}

static int fs_inherit(struct process *child, const struct process *parent, uint64_t flags)
{
    if (flags & CLONE_FS) {
        parent->fs->users++;
        child->fs = parent->fs;
    } else {
        child->fs = fs_context_copy(parent->fs);
    }
    return child->fs ? 0 : -ENOMEM;
}

/* What the child gets from the parent but memory. On failure the caller frees what is there. */
static int inherit(struct process *child, const struct clone_request *r)
{
    struct process *parent = current()->process;
    int error;

    child->pgid = parent->pgid;
    child->sid = parent->sid;
    child->tty = parent->tty;
    child->cred = parent->cred;
    child->dumpable = parent->dumpable;
    child->personality = parent->personality;
    child->nice = current()->policy_reset ? max_of(parent->nice, 0) : parent->nice;
    child->oom_adjust = parent->oom_adjust;
    child->oom_adjust_min = parent->oom_adjust_min;
    child->io_priority = parent->io_priority;
    child->memory_policy = parent->memory_policy;
    child->membarrier = parent->membarrier;
    child->exit_signal = r->flags & CLONE_PARENT ? parent->exit_signal : r->exit_signal;
    child->arg_start = parent->arg_start;
    child->arg_end = parent->arg_end;
    child->env_start = parent->env_start;
    child->env_end = parent->env_end;
    child->aux_start = parent->aux_start;
    child->aux_bytes = parent->aux_bytes;
    memcpy(child->rlimit, parent->rlimit, sizeof child->rlimit);
    memcpy(child->comm, current()->comm, sizeof child->comm);
    error = fs_inherit(child, parent, r->flags);
    if (!error)
        error = files_inherit(child, parent, r->flags);
    if (!error)
        error = signal_fork(child, child->leader, r->flags);
    if (!error && r->flags & CLONE_CLEAR_SIGHAND)
        error = signal_clear_handlers(child);
    if (error) {
        if (child->sig.action)
            signal_exit(child);
        files_drop(child->files);
        if (child->fs)
            fs_context_drop(child->fs);
        return error;
    }
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
    int error = space_fork(space, &child->space);

    if (!error && current()->process->debug)
        debug_forked(current()->process, child->space);
    return error;
}

static void registers_inherit(struct task *task, const struct clone_request *r)
{
    struct task *self = current();

    *task->regs = *self->regs;
    task->regs->rax = 0;
    task->regs->rcx = self->regs->rip; /* not stored by every way in (entry.S) */
    task->regs->r11 = self->regs->rflags;
    task->regs->orig_rax = UINT64_MAX;
    if (r->stack)
        task->regs->rsp = r->stack;
    task->fs_base = r->flags & CLONE_SETTLS ? r->tls : fs_base_current();
    task_copy_fpu(task);
    memcpy(task->comm, self->comm, sizeof task->comm);
    task->affinity = self->affinity;
    task->policy = self->policy;
    if (r->flags & CLONE_CHILD_CLEARTID)
        task->clear_child_tid = r->child_tid;
    if (!(r->flags & CLONE_VM)) {
        task->rseq = self->rseq;
        task->rseq_length = self->rseq_length;
        task->rseq_cpu = self->rseq_cpu;
        task->rseq_signature = self->rseq_signature;
    }
    if ((r->flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM) {
        task->sig.stack_base = 0; /* the parent may be on it */
        task->sig.stack_size = 0;
        task->sig.stack_flags = 0;
    }
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

/* A parent that is killed meanwhile leaves the child to itself. */
static void vfork_wait(struct task *self, struct process *child)
{
    self->vfork_pending = true;
    child->vfork_waiter = self;
    while (self->vfork_pending && !signal_killed(self))
        (void)task_sleep_uninterruptible(NO_DEADLINE);
    if (!self->vfork_pending)
        return;
    self->vfork_pending = false;
    child->vfork_waiter = NULL;
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

/* RLIMIT_NPROC counts the threads of the real user. */
static bool over_limit(const struct process *parent)
{
    uint64_t count = 0;

    list_for_each (node, &process_list) {
        const struct process *process = list_item(node, struct process, all);

        if (process->cred.uid == parent->cred.uid)
            count += max_of(process->live, 1u);
    }
    return count >= parent->rlimit[RLIMIT_NPROC].soft;
}

static int room_check(uint64_t flags)
{
    const struct process *parent = current()->process;
    uint64_t used = process_count * (FRAMES_PER_PROCESS - FRAMES_PER_TASK);

    reap_dead();
    used += task_count() * FRAMES_PER_TASK;
    used += flags & CLONE_THREAD ? FRAMES_PER_TASK : FRAMES_PER_PROCESS;
    return used > frames_total() || (parent->cred.uid && over_limit(parent)) ? -EAGAIN : 0;
}

static int64_t clone_thread(const struct clone_request *r)
{
    struct process *process = current()->process;
    struct task *task = task_create();

    if (!task)
        return -ENOMEM;
    if (task_to_die(current())) { /* the new one would escape */
        task_free(task);
        return -EAGAIN;
    }
    task->process = process;
    task->tid = pid_take();
    signal_init_task(task);
    task->sig.blocked = current()->sig.blocked;
    registers_inherit(task, r);
    if (r->flags & CLONE_PARENT_SETTID)
        (void)put_user_u32(r->parent_tid, (uint32_t)task->tid);
    if (r->flags & CLONE_CHILD_SETTID)
        (void)put_user_u32(r->child_tid, (uint32_t)task->tid);
    list_add_tail(&process->tasks, &task->peer);
    process->live++;
    int tid = task->tid;

    debug_thread(task);
    task_start(task);
    return tid;
}

/* A descriptor for the child, its number at r->pidfd. */
static int pidfd_install(struct process *child, const struct clone_request *r, int *fd)
{
    struct file *file = pidfd_file(child, 0);

    if (!file)
        return -ENOMEM;
    *fd = fd_install(file, true, 0);
    if (*fd < 0) {
        file_drop(file);
        return *fd;
    }
    if (!put_user_u32(r->pidfd, (uint32_t)*fd))
        return 0;
    fd_close(current()->process->files, *fd);
    return -EFAULT;
}

static int64_t clone_process(const struct clone_request *r)
{
    struct process *parent = current()->process;
    struct process *child = process_new();
    int pidfd = -1;
    int error;

    if (!child)
        return -ENOMEM;
    error = r->flags & CLONE_PIDFD ? pidfd_install(child, r, &pidfd) : 0;
    if (!error) {
        error = memory_inherit(child, r);
        if (!error) {
            error = inherit(child, r);
            if (error)
                space_drop(child->space);
        }
        if (r->flags & CLONE_PIDFD && (error || !(r->flags & CLONE_FILES)))
            fd_close(error ? parent->files : child->files, pidfd); /* it is the parent's alone */
    }
    if (error) {
        process_free(child);
        return error;
    }
    registers_inherit(child->leader, r);
    process_publish(child);
    child->parent = r->flags & CLONE_PARENT ? parent->parent : parent;
    child->parent_pid = child->parent ? child->parent->pid : 1;
    if (child->parent)
        list_add_tail(&child->parent->children, &child->sibling);
    if (r->flags & CLONE_PARENT_SETTID)
        (void)put_user_u32(r->parent_tid, (uint32_t)child->pid);
    if (r->flags & CLONE_CHILD_SETTID)
        child_tid_write(child, r->child_tid);
    int pid = child->pid;

    task_start(child->leader);
    if (r->flags & CLONE_VFORK)
        vfork_wait(current(), child);
    return pid;
}

static int64_t clone(const struct clone_request *r)
{
    int error = request_check(r);

    if (!error)
        error = room_check(r->flags);
    if (error)
        return error;
    vcpus_start();
    return r->flags & CLONE_THREAD ? clone_thread(r) : clone_process(r);
}

int64_t lx_clone(uint64_t flags, uint64_t stack, uint64_t parent_tid, uint64_t child_tid,
                 uint64_t tls)
{
    if (flags & CLONE_PIDFD && flags & CLONE_PARENT_SETTID)
        return -EINVAL; /* both would be stored at the same place */
    return clone(&(struct clone_request){.flags = flags & ~(uint64_t)CSIGNAL & 0xffffffff,
                                         .exit_signal = (int)(flags & CSIGNAL),
                                         .stack = stack,
                                         .parent_tid = parent_tid,
                                         .pidfd = parent_tid,
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
    if (a.set_tid || a.set_tid_size || a.flags & CLONE_INTO_CGROUP)
        return unimplemented(-EINVAL, "clone3 flags 0x%lx with set_tid or cgroup",
                             (uint64_t)a.flags);
    if (a.flags & (CSIGNAL | CLONE_DETACHED) || a.exit_signal & ~(uint64_t)CSIGNAL ||
        !a.stack != !a.stack_size || (a.flags & (CLONE_THREAD | CLONE_PARENT) && a.exit_signal) ||
        (a.flags & CLONE_SIGHAND && a.flags & CLONE_CLEAR_SIGHAND))
        return -EINVAL;
    return clone(&(struct clone_request){.flags = a.flags,
                                         .exit_signal = (int)a.exit_signal,
                                         .stack = a.stack ? a.stack + a.stack_size : 0,
                                         .parent_tid = a.parent_tid,
                                         .pidfd = a.pidfd,
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
