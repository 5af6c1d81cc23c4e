/* SPDX-License-Identifier: MIT */
/*
 * sched.c - tasks: who runs, who waits, what happens at which time.
 *
 * Invariants:
 *   1. A task is in `ready` if and only if its state is TASK_RUNNABLE; the running one is in no list.
 *   2. A task is in `sleepers` if and only if it sleeps with a deadline; the list is sorted, like `timers`.
 *   3. Extended state and FS base of a task that does not run are in the task; of the running one in the CPU.
 *   4. The loaded space is that of the running task's process, except while an exiting task has given its space up.
 * A task gives way only in task_sleep, task_yield and task_exit. Round robin: fairness beyond that is nobody's wish yet.
 * While nothing is ready the env sleeps in the kernel until the next deadline or a wake of init.
 */
#include "libos/linux/sched.h"
#include "exo_stubs.h"
#include "libos/linux/cpu.h"
#include "libos/linux/mm/mm.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/task.h"

#define STACK_ORDER    2 /* TASK_STACK_BYTES */
#define FPU_ALIGNMENT  64
#define FPU_HEADER_END 576 /* of the XSAVE area: legacy region and header */
#define CONTEXT_WORDS  7 /* what context_switch takes back: six registers and the return address */

static struct list ready;
static struct list sleepers;
static struct list timers;
static uint64_t alarm_ns; /* what the kernel was asked for; NO_DEADLINE: nothing */
static uint64_t account_from_ns;

extern char task_start_user[]; /* entry.S */

static const struct exo_machine *machine(void)
{
    return (const struct exo_machine *)INSTANCE_MACHINE_ADDRESS;
}

uint64_t now_ns(void)
{
    uint64_t ticks = __builtin_ia32_rdtsc() - machine()->tsc_base;

    return (uint64_t)((unsigned __int128)ticks * machine()->tsc_mult >> machine()->tsc_shift);
}

void sched_init(void)
{
    list_init(&ready);
    list_init(&sleepers);
    list_init(&timers);
    alarm_ns = NO_DEADLINE;
    account_from_ns = now_ns();
}

/* --- Tasks as such ---------------------------------------------------------------------------------- */

struct task *task_create(void)
{
    size_t bytes = (sizeof(struct task) + FPU_ALIGNMENT - 1) / FPU_ALIGNMENT * FPU_ALIGNMENT;
    struct task *task = heap_alloc(bytes + FPU_ALIGNMENT +
                                   max_of(machine()->xsave_bytes, (uint32_t)FPU_HEADER_END));
    frame_t stack = task ? frames_alloc(STACK_ORDER) : NO_FRAME;

    if (stack == NO_FRAME) {
        heap_free(task);
        return NULL;
    }
    memset(task, 0,
           bytes + FPU_ALIGNMENT +
               FPU_HEADER_END); /* XSAVE writes the rest before XRSTOR reads it */
    task->stack = frame_address(stack);
    task->regs = (struct regs *)((char *)task->stack + TASK_STACK_BYTES) - 1;
    task->fpu =
        (void *)(((uint64_t)task + bytes + FPU_ALIGNMENT - 1) & ~(uint64_t)(FPU_ALIGNMENT - 1));
    task->state = TASK_SLEEPING;
    list_init(&task->run);
    list_init(&task->peer);
    list_init(&task->timeout);
    return task;
}

void task_free(struct task *task)
{
    frames_free(address_frame(task->stack), STACK_ORDER);
    heap_free(task);
}

static void fpu_save(void *area)
{
    if (machine()->features & EXO_FEATURE_XSAVE)
        __asm__ volatile("xsave64 (%0)" : : "r"(area), "a"(~0u), "d"(~0u) : "memory");
    else
        __asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

static void fpu_load(const void *area)
{
    if (machine()->features & EXO_FEATURE_XSAVE)
        __asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"(~0u), "d"(~0u) : "memory");
    else
        __asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}

void task_copy_fpu(struct task *to)
{
    fpu_save(to->fpu);
}

uint64_t fs_base_current(void)
{
    uint64_t base;

    if (!(machine()->features & EXO_FEATURE_FSGSBASE))
        return current()->fs_base; /* only arch_prctl changes it */
    __asm__ volatile("rdfsbase %0" : "=r"(base));
    return base;
}

static void fs_base_load(uint64_t base)
{
    if (machine()->features & EXO_FEATURE_FSGSBASE)
        __asm__ volatile("wrfsbase %0" : : "r"(base));
    else
        (void)exo_segment_base(0, base);
}

static void make_ready(struct task *task)
{
    task->state = TASK_RUNNABLE;
    list_add_tail(&ready, &task->run);
}

void task_start(struct task *task)
{
    uint64_t *top = (uint64_t *)task->regs - CONTEXT_WORDS;

    memset(top, 0, CONTEXT_WORDS * sizeof *top);
    top[CONTEXT_WORDS - 1] = (uint64_t)task_start_user;
    task->saved_rsp = (uint64_t)top;
    make_ready(task);
}

/* --- Choosing ------------------------------------------------------------------------------------------ */

void sched_account(void)
{
    uint64_t now = now_ns();

    current()->process->user_ns += now - account_from_ns;
    account_from_ns = now;
}

static void timers_run(void)
{
    uint64_t now = now_ns();

    while (!list_empty(&timers)) {
        struct timer *timer = list_item(timers.next, struct timer, node);

        if (timer->deadline_ns > now)
            break;
        list_remove(&timer->node);
        timer->armed = false;
        timer->expire(timer);
    }
    while (!list_empty(&sleepers)) {
        struct task *task = list_item(sleepers.next, struct task, timeout);

        if (task->wake_deadline > now)
            break;
        list_remove(&task->timeout);
        make_ready(task);
    }
}

static uint64_t next_deadline(void)
{
    uint64_t next = NO_DEADLINE;

    if (!list_empty(&timers))
        next = list_item(timers.next, struct timer, node)->deadline_ns;
    if (!list_empty(&sleepers)) {
        uint64_t deadline = list_item(sleepers.next, struct task, timeout)->wake_deadline;

        next = min_of(next, deadline);
    }
    return next;
}

/* The kernel's alarm comes no later than what waits; it may come early, which costs one look. */
static void alarm_update(void)
{
    uint64_t next = next_deadline();

    if (next >= alarm_ns)
        return;
    alarm_ns = next;
    (void)exo_alarm_set(next);
}

static void events_take(void)
{
    struct exo_upcall *upcall = this_vcpu()->upcall;

    if (!upcall->events)
        return;
    if (__atomic_exchange_n(&upcall->events, 0, __ATOMIC_ACQUIRE) & 1ul << STREAM_EVENT_IN)
        stream_event();
}

/* Waits until some task is ready. */
static void idle(void)
{
    for (;;) {
        events_take();
        timers_run();
        if (!list_empty(&ready))
            return;
        (void)exo_sleep(0, 0, next_deadline());
    }
}

static void run(struct task *next)
{
    struct task *self = current();

    next->state = TASK_RUNNING;
    if (next == self)
        return;
    fpu_save(self->fpu);
    self->fs_base = fs_base_current();
    vcpu_set_task(next);
    if (next->process->space != self->process->space || !self->process->space)
        space_switch(next->process->space);
    fpu_load(next->fpu);
    fs_base_load(next->fs_base);
    context_switch(&self->saved_rsp, next->saved_rsp);
}

/* The running task has stored its state and is in whatever lists it wants to be in. */
static void schedule(void)
{
    sched_account();
    if (list_empty(&ready)) {
        idle();
        account_from_ns = now_ns();
    } else if (!list_empty(&timers) || !list_empty(&sleepers)) {
        alarm_update();
    }
    struct task *next = list_item(ready.next, struct task, run);

    list_remove(&next->run);
    run(next);
}

void task_yield(void)
{
    if (list_empty(&ready))
        return;
    make_ready(current());
    schedule();
}

void task_exit(void)
{
    current()->state = TASK_DEAD;
    schedule();
    panic("sched: a dead task runs");
}

void sched_upcall(uint32_t pending)
{
    if (pending & EXO_PENDING_ALARM)
        alarm_ns = NO_DEADLINE;
    events_take();
    timers_run();
    alarm_update();
    if (pending & EXO_PENDING_SLICE_END) {
        (void)exo_yield();
        task_yield();
    }
}

/* --- Sleeping and waking ------------------------------------------------------------------------------- */

static void sleepers_add(struct task *task, uint64_t deadline_ns)
{
    struct list *at = sleepers.previous;

    task->wake_deadline = deadline_ns;
    while (at != &sleepers && list_item(at, struct task, timeout)->wake_deadline > deadline_ns)
        at = at->previous;
    list_insert_after(&task->timeout, at);
}

static int sleep_until(uint64_t deadline_ns, bool interruptible)
{
    struct task *task = current();

    if (!task->woken) {
        if (interruptible && signal_pending(task))
            return -ERESTARTSYS;
        if (deadline_ns != NO_DEADLINE) {
            if (deadline_ns <= now_ns())
                return -ETIMEDOUT;
            sleepers_add(task, deadline_ns);
        }
        task->state = TASK_SLEEPING;
        schedule();
        if (!list_empty(&task->timeout))
            list_remove(&task->timeout);
        if (!task->woken) /* only the deadline readies a task without waking it */
            return -ETIMEDOUT;
    }
    task->woken = false;
    return 0;
}

int task_sleep(uint64_t deadline_ns)
{
    return sleep_until(deadline_ns, true);
}

int task_sleep_uninterruptible(uint64_t deadline_ns)
{
    return sleep_until(deadline_ns, false);
}

void task_wake(struct task *task)
{
    if (task->state == TASK_DEAD)
        return;
    task->woken = true;
    if (task->state != TASK_SLEEPING && task->state != TASK_STOPPED)
        return;
    if (!list_empty(&task->timeout))
        list_remove(&task->timeout);
    make_ready(task);
}

void waitq_init(struct waitq *queue)
{
    list_init(&queue->waiters);
}

void waiter_init(struct waiter *waiter)
{
    list_init(&waiter->node);
    waiter->task = current();
    waiter->notify = NULL;
}

void wait_add(struct waitq *queue, struct waiter *waiter)
{
    if (list_empty(&waiter->node))
        list_add_tail(&queue->waiters, &waiter->node);
}

void wait_remove(struct waiter *waiter)
{
    if (!list_empty(&waiter->node))
        list_remove(&waiter->node);
}

void waitq_wake(struct waitq *queue)
{
    list_for_each (node, &queue->waiters) {
        struct waiter *waiter = list_item(node, struct waiter, node);

        if (waiter->notify)
            waiter->notify(waiter);
        else
            task_wake(waiter->task);
    }
}

void waitq_abandon(struct waitq *queue)
{
    while (!list_empty(&queue->waiters))
        list_remove(queue->waiters.next);
}

/* Observers (notify) all hear of it and stay; of the sleepers only the first wakes. */
void waitq_wake_one(struct waitq *queue)
{
    list_for_each_safe (node, &queue->waiters) {
        struct waiter *waiter = list_item(node, struct waiter, node);

        if (waiter->notify) {
            waiter->notify(waiter);
            continue;
        }
        list_remove(
            &waiter
                 ->node); /* the next wake goes to the next; it adds itself again if it waits on */
        task_wake(waiter->task);
        return;
    }
}

/* --- Timers ------------------------------------------------------------------------------------------------ */

void timer_start(struct timer *timer, uint64_t deadline_ns)
{
    struct list *at = timers.previous;

    timer_stop(timer);
    timer->deadline_ns = deadline_ns;
    while (at != &timers && list_item(at, struct timer, node)->deadline_ns > deadline_ns)
        at = at->previous;
    list_insert_after(&timer->node, at);
    timer->armed = true;
    alarm_update();
}

void timer_stop(struct timer *timer)
{
    if (!timer->armed)
        return;
    timer->armed = false;
    list_remove(&timer->node);
}
