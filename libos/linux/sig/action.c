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

/*
 * The handlers of one process, or of several: those that share them for good (CLONE_SIGHAND), or a parent and its children
 * until one of them changes something (signal_unshare), as long as nobody shares it for good.
 */
struct signal_table {
    uint32_t users;
    bool together; /* shared for good */
    sigmask_t used; /* signals whose action may be another than the default */
    struct signal_action action[SIGNAL_COUNT];
};

static struct signal_table all_default = {.users = 1};

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

int signal_init_process(struct process *process)
{
    shared_init(process);
    all_default.users++;
    process->sig.action = all_default.action;
    return 0;
}

static void table_leave(struct process *process)
{
    struct signal_table *table = table_of(process);

    process->sig.action = NULL;
    if (!--table->users)
        heap_free(table);
    else if (table->users == 1)
        table->together = false;
}

/* A copy of its own. 0 or -ENOMEM. */
static int table_copy(struct process *process)
{
    const struct signal_table *old = table_of(process);
    struct signal_table *table = heap_alloc(sizeof *table);

    if (!table)
        return -ENOMEM;
    memcpy(table, old, sizeof *table);
    table->users = 1;
    table->together = false;
    table_leave(process);
    process->sig.action = table->action;
    return 0;
}

int signal_unshare(struct process *process)
{
    const struct signal_table *table = table_of(process);

    return table->users == 1 || table->together ? 0 : table_copy(process);
}

void signal_init_task(struct task *task)
{
    memset(&task->sig, 0, sizeof task->sig);
    queue_init(&task->sig.pending);
}

int signal_fork(struct process *child, struct task *child_task, uint64_t flags)
{
    struct task *task = current();

    shared_init(child);
    if (flags & CLONE_SIGHAND && signal_unshare(task->process))
        return -ENOMEM;
    struct signal_table *table = table_of(task->process);

    table->users++;
    child->sig.action = table->action;
    if (flags & CLONE_SIGHAND)
        table->together = true;
    else if (table->together && table_copy(child))
        return -ENOMEM;
    signal_init_task(child_task);
    child->sig.no_new_privileges = task->process->sig.no_new_privileges;
    child_task->sig.blocked = task->sig.blocked;
    child_task->sig.stack_base = task->sig.stack_base;
    child_task->sig.stack_size = task->sig.stack_size;
    child_task->sig.stack_flags = task->sig.stack_flags;
    return 0;
}

int signal_clear_handlers(struct process *process)
{
    struct signal_table *old = table_of(process);
    sigmask_t ignored = 0;

    for (sigmask_t left = old->used; left; left &= left - 1)
        if (old->action[__builtin_ctzl(left)].handler == HANDLER_IGNORE)
            ignored |= left & -left;
    struct signal_table *table = &all_default;

    if (ignored) {
        table = heap_zalloc(sizeof *table);
        if (!table)
            return -ENOMEM;
        table->used = ignored;
    }
    for (sigmask_t left = ignored; left; left &= left - 1)
        table->action[__builtin_ctzl(left)].handler = HANDLER_IGNORE;
    table->users++;
    table_leave(process);
    process->sig.action = table->action;
    return 0;
}

void signal_exec(struct process *process)
{
    struct task *task = current();

    if (signal_clear_handlers(process))
        process_exit(SIGKILL);
    task->sig.stack_base = 0;
    task->sig.stack_size = 0;
    task->sig.stack_flags = 0;
    task->sig.restart.resume = NULL;
    timers_exec(process);
}

void action_default(struct task *task, int signal)
{
    struct signal_action *action = &task->process->sig.action[signal - 1];

    if (action->handler == HANDLER_DEFAULT)
        return;
    if (signal_unshare(task->process)) {
        signal_send_process(task->process, SIGKILL, NULL);
        return;
    }
    task->process->sig.action[signal - 1].handler = HANDLER_DEFAULT;
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
    table_leave(process);
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
        if (signal_unshare(process))
            return -ENOMEM;
        action.mask &= ~SIGNALS_NEVER_BLOCKED;
        action.flags &= SIGNAL_SA_FLAGS;
        table_of(process)->used |= SIGNAL_BIT(signal);
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
