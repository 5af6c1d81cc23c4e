/* SPDX-License-Identifier: MIT */
/*
 * action.c - handlers, masks, alternate stacks, waiting for signals; a process's signal state from
 * start to end.
 */
#include "libos/linux/sig/queue.h"
#include <linux/sched.h>
#include <linux/time_types.h>
#include "libos/linux/call/handlers.h"
#include "libos/linux/time/clock.h"
#include "libos/linux/user.h"

#define SIGSET_BYTES 8
#define SIGNAL_SA_FLAGS                                                                            \
    (SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER |             \
     SA_RESETHAND | SA_RESTORER)
#define STACK_BYTES_MIN 2048 /* MINSIGSTKSZ */

/* --- A process's life
 * ---------------------------------------------------------------------------------- */

/* The handlers of one process, or of several that share them. */
struct signal_table {
    uint32_t users;
    struct signal_action action[SIGNAL_COUNT];
};

static struct signal_table *table_of(const struct process *process)
{
    return container_of(process->sig.action, struct signal_table, action);
}

static void shared_init(struct process *process)
{
    process->sig = (struct signal_shared){0};
    queue_init(&process->sig.pending);
    waitq_init(&process->sig.stop_wait);
    waitq_init(&process->sig.fd_wait);
    process->timers = NULL;
}

static struct signal_action *table_new(void)
{
    struct signal_table *table = heap_zalloc(sizeof *table);

    if (!table)
        return NULL;
    table->users = 1;
    return table->action;
}

int signal_init_process(struct process *process)
{
    shared_init(process);
    process->sig.action = table_new();
    return process->sig.action ? 0 : -ENOMEM;
}

void signal_init_task(struct task *task)
{
    memset(&task->sig, 0, sizeof task->sig);
    queue_init(&task->sig.pending);
}

int signal_fork(struct process *child, struct task *child_task, uint64_t flags)
{
    struct task *task = current();
    struct signal_action *action = task->process->sig.action;

    shared_init(child);
    if (flags & CLONE_SIGHAND) {
        table_of(task->process)->users++;
    } else {
        action = table_new();
        if (!action)
            return -ENOMEM;
        memcpy(action, task->process->sig.action, SIGNAL_COUNT * sizeof *action);
    }
    child->sig.action = action;
    signal_init_task(child_task);
    child->sig.no_new_privileges = task->process->sig.no_new_privileges;
    child_task->sig.blocked = task->sig.blocked;
    child_task->sig.stack_base = task->sig.stack_base;
    child_task->sig.stack_size = task->sig.stack_size;
    child_task->sig.stack_flags = task->sig.stack_flags;
    return 0;
}

void signal_clear_handlers(struct process *process)
{
    for (int i = 0; i < SIGNAL_COUNT; i++) {
        struct signal_action *action = &process->sig.action[i];

        if (action->handler != HANDLER_IGNORE)
            action->handler = HANDLER_DEFAULT;
        action->flags = 0;
        action->mask = 0;
        action->restorer = 0;
    }
}

int signal_unshare(struct process *process)
{
    struct signal_action *action;

    if (table_of(process)->users == 1)
        return 0;
    action = table_new();
    if (!action)
        return -ENOMEM;
    memcpy(action, process->sig.action, SIGNAL_COUNT * sizeof *action);
    table_of(process)->users--;
    process->sig.action = action;
    return 0;
}

void signal_exec(struct process *process)
{
    struct task *task = current();

    signal_clear_handlers(process);
    task->sig.stack_base = 0;
    task->sig.stack_size = 0;
    task->sig.stack_flags = 0;
    task->sig.restart.resume = NULL;
    timers_exec(process);
}

/* PR_SET_PDEATHSIG of the children. */
static void signal_orphans(struct process *process)
{
    list_for_each (node, &process->children) {
        struct process *child = list_item(node, struct process, sibling);

        if (child->sig.parent_death_signal)
            signal_send_process(child, child->sig.parent_death_signal, NULL);
    }
}

void signal_exit(struct process *process)
{
    timers_exit(process);
    signal_orphans(process);
    if (!process->sig.action)
        return;
    list_for_each (node, &process->tasks)
        queue_flush(process, &list_item(node, struct task, peer)->sig.pending, ~0ul);
    queue_flush(process, &process->sig.pending, ~0ul);
    process->sig.stopped = false;
    waitq_abandon(&process->sig.fd_wait);
    if (!--table_of(process)->users)
        heap_free(table_of(process));
    process->sig.action = NULL;
}

void signal_exit_task(struct task *task)
{
    struct process *process = task->process;

    queue_flush(process, &task->sig.pending, ~0ul);
    if (!process->live)
        return;
    signal_retarget(task, process->sig.pending.set & ~task->sig.blocked);
    process_stop_check(process);
}

bool signal_killed(const struct task *task)
{
    return (task->sig.pending.set | task->process->sig.pending.set) & SIGNAL_BIT(SIGKILL);
}

/* --- Handlers
 * ------------------------------------------------------------------------------------------- */

/* A signal that is ignored from now on is dropped even if it is pending already. */
static void drop_ignored(struct process *process, int signal)
{
    if (!signal_ignored(process, signal))
        return;
    queue_flush(process, &process->sig.pending, SIGNAL_BIT(signal));
    list_for_each (node, &process->tasks) {
        struct task *task = list_item(node, struct task, peer);

        queue_flush(process, &task->sig.pending, SIGNAL_BIT(signal));
        signal_update(task);
    }
}

int64_t lx_rt_sigaction(uint64_t signal_argument, uint64_t new, uint64_t old, uint64_t bytes)
{
    int signal = (int)signal_argument;
    struct process *process = current()->process;
    struct signal_action action;
    struct signal_action previous;

    if (bytes != SIGSET_BYTES)
        return -EINVAL;
    if (new &&copy_from_user(&action, new, sizeof action))
        return -EFAULT;
    if (signal < 1 || signal > SIGNAL_COUNT ||
        (new && (SIGNAL_BIT(signal) & SIGNALS_NEVER_BLOCKED)))
        return -EINVAL;
    previous = process->sig.action[signal - 1];
    if (new) {
        action.mask &= ~SIGNALS_NEVER_BLOCKED;
        action.flags &= SIGNAL_SA_FLAGS;
        process->sig.action[signal - 1] = action;
        drop_ignored(process, signal);
    }
    if (old && copy_to_user(old, &previous, sizeof previous))
        return -EFAULT;
    return 0;
}

int64_t lx_rt_sigprocmask(uint64_t how, uint64_t new, uint64_t old, uint64_t bytes)
{
    struct task *task = current();
    sigmask_t previous = task->sig.blocked;
    sigmask_t set;

    if (bytes != SIGSET_BYTES)
        return -EINVAL;
    if (new) {
        if (get_user_u64(&set, new))
            return -EFAULT;
        if (how == SIG_BLOCK)
            signal_set_mask(task, previous | set);
        else if (how == SIG_UNBLOCK)
            signal_set_mask(task, previous & ~set);
        else if (how == SIG_SETMASK)
            signal_set_mask(task, set);
        else
            return -EINVAL;
    }
    return old ? put_user_u64(old, previous) : 0;
}

int64_t lx_rt_sigpending(uint64_t set, uint64_t bytes)
{
    struct task *task = current();

    if (bytes > SIGSET_BYTES)
        return -EINVAL;
    sigmask_t pending =
        (task->sig.pending.set | task->process->sig.pending.set) & task->sig.blocked;

    return copy_to_user(set, &pending, bytes);
}

int64_t lx_sigaltstack(uint64_t new, uint64_t old)
{
    struct task *task = current();
    struct signal_task *sig = &task->sig;
    struct {
        uint64_t base;
        int32_t flags, pad;
        uint64_t size;
    } stack, previous = {.base = sig->stack_base,
                         .size = sig->stack_size,
                         .flags = (int32_t)sig->stack_flags};
    uint64_t rsp = task->regs->rsp;
    bool inside = !(sig->stack_flags & SS_AUTODISARM) && rsp > sig->stack_base &&
                  rsp - sig->stack_base <= sig->stack_size;

    if (!sig->stack_size)
        previous.flags = SS_DISABLE;
    else if (inside)
        previous.flags |= SS_ONSTACK;
    if (new) {
        if (copy_from_user(&stack, new, sizeof stack))
            return -EFAULT;
        uint32_t mode = (uint32_t)stack.flags & ~SS_AUTODISARM;

        if (inside)
            return -EPERM;
        if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
            return -EINVAL;
        if (mode != SS_DISABLE && stack.size < STACK_BYTES_MIN)
            return -ENOMEM;
        sig->stack_base = mode == SS_DISABLE ? 0 : stack.base;
        sig->stack_size = mode == SS_DISABLE ? 0 : stack.size;
        sig->stack_flags = (uint32_t)stack.flags & SS_AUTODISARM;
    }
    return old ? copy_to_user(old, &previous, sizeof previous) : 0;
}

/* --- Waiting
 * ---------------------------------------------------------------------------------------------- */

int signal_mask_borrow(uaddr_t mask, uint64_t bytes)
{
    struct task *task = current();
    sigmask_t set;

    if (!mask)
        return 0;
    if (bytes != SIGSET_BYTES)
        return -EINVAL;
    if (get_user_u64(&set, mask))
        return -EFAULT;
    task->sig.saved_blocked = task->sig.blocked;
    task->sig.restore_blocked = true;
    signal_set_mask(task, set);
    return 0;
}

void signal_mask_return(int64_t result)
{
    struct task *task = current();
    bool interrupted = result == -EINTR || result == -ERESTARTNOHAND || result == -ERESTARTSYS;

    if (!task->sig.restore_blocked || (interrupted && signal_pending(task)))
        return;
    task->sig.restore_blocked = false;
    signal_set_mask(task, task->sig.saved_blocked);
}

static int64_t wait_for_signal(void)
{
    while (task_sleep(NO_DEADLINE) != -ERESTARTSYS)
        ;
    return -ERESTARTNOHAND;
}

int64_t lx_pause(void)
{
    return wait_for_signal();
}

int64_t lx_rt_sigsuspend(uint64_t mask, uint64_t bytes)
{
    if (bytes != SIGSET_BYTES)
        return -EINVAL;
    int error = mask ? signal_mask_borrow(mask, bytes) : -EFAULT;

    return error ? error : wait_for_signal();
}

int64_t lx_rt_sigtimedwait(uint64_t set, uint64_t information, uint64_t timeout, uint64_t bytes)
{
    struct task *task = current();
    uint64_t deadline = NO_DEADLINE;
    struct siginfo info;
    sigmask_t awaited;
    int error = 0;

    if (bytes != SIGSET_BYTES)
        return -EINVAL;
    if (get_user_u64(&awaited, set))
        return -EFAULT;
    awaited &= ~SIGNALS_NEVER_BLOCKED;
    if (timeout) {
        uint64_t wait_ns;

        error = duration_from_user(&wait_ns, timeout);
        if (error)
            return error;
        deadline = deadline_after(wait_ns);
    }
    int signal = signal_take(task, awaited, &info);

    task->sig.awaited = awaited;
    while (!signal && !error) {
        error = deadline <= now_ns() ? -ETIMEDOUT : task_sleep(deadline);
        signal = signal_take(task, awaited, &info);
    }
    task->sig.awaited = 0;
    if (!signal)
        return error == -ETIMEDOUT ? -EAGAIN : -EINTR;
    if (information && (copy_to_user(information, &info, sizeof info) ||
                        clear_user(information + sizeof info, SIGINFO_USER_BYTES - sizeof info)))
        return -EFAULT;
    return signal;
}
