/* SPDX-License-Identifier: MIT */
/*
 * sched.c - tasks: who runs, who waits, what happens at which time.
 *
 * Invariants:
 *   1. A task is in `ready` if and only if its state is TASK_RUNNABLE; the running one is in no list.
 *   2. A task is in `sleepers` if and only if it sleeps with a deadline; the list is sorted, like `timers`.
 *   3. Extended state and FS base of a task that does not run are in the task; of the running one in the CPU.
 *   4. The loaded space is that of the running task's process, except while an exiting task has given its space up.
 *   5. At all times some vcpu's alarm or sleep ends no later than what waits first in `timers` or `sleepers`.
 * A task gives way only in task_sleep, task_yield and task_exit. Round robin: fairness beyond that is nobody's wish yet.
 * While nothing is ready for it a vcpu sleeps in the kernel until the next deadline, a wake of init or of another vcpu; with
 * several vcpus on the stack of its idle task, because another one may run the task that had it last.
 */
#include "libos/linux/sched.h"
#include "exo_stubs.h"
#include "libos/linux/call/rseq.h"
#include "libos/linux/cpu.h"
#include "libos/linux/mm/mm.h"
#include "libos/linux/mm/reclaim.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/mm/pagetable.h"
#include "libos/linux/task.h"
#include "libos/linux/vcpu.h"

#define STACK_ORDER    2 /* TASK_STACK_BYTES */
#define FPU_ALIGNMENT  64
#define FPU_MXCSR      24  /* of the XSAVE area: MXCSR and its mask */
#define FPU_HEADER     512 /* of the XSAVE area: behind the legacy region */
#define FPU_HEADER_END 576
#define SLOW_MANY      1 /* why a switch takes schedule_slow: several vcpus; */
#define SLOW_ALARM     2 /* a deadline that the kernel may not know yet */

static struct list ready;
static struct list sleepers;
static struct list timers;
static uint64_t tasks;
static struct process idle_process; /* of the idle tasks: no space, no number, in no list */
static uint32_t slow;               /* SLOW_* bits */
static uint64_t
    quiet_until; /* time-stamp counter before which nothing in `timers` and `sleepers` is due; 0: not known */

extern char task_start_user[]; /* entry.S */

static const struct exo_machine *machine(void)
{
    return (const struct exo_machine *)INSTANCE_MACHINE_ADDRESS;
}

static uint64_t ticks_ns(uint64_t ticks)
{
    return (uint64_t)((unsigned __int128)ticks * machine()->tsc_mult >> machine()->tsc_shift);
}

uint64_t now_ns(void)
{
    static uint64_t last;
    uint64_t now = ticks_ns(__builtin_ia32_rdtsc() - machine()->tsc_base);

    if (!instance_many)
        return now;
    last = max_of(last, now); /* the CPUs' counters may be apart; under the lock */
    return last;
}

void sched_init(void)
{
    list_init(&ready);
    list_init(&sleepers);
    list_init(&timers);
    list_init(&idle_process.tasks);
    list_init(&idle_process.children);
}

void sched_many(void)
{
    slow |= SLOW_MANY;
}

/* --- Tasks as such ---------------------------------------------------------------------------------- */

/* An area for which XRSTOR gives the initial state: with an empty header it reads nothing else but MXCSR. */
static void fpu_clear(uint8_t *area)
{
    memset(area + FPU_MXCSR, 0, 8);
    memset(area + FPU_HEADER, 0, FPU_HEADER_END - FPU_HEADER);
}

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
    memset(task, 0, sizeof *task);
    task->stack = frame_address(stack);
    task->regs = (struct regs *)((char *)task->stack + TASK_STACK_BYTES) - 1;
    task->fpu =
        (void *)(((uint64_t)task + bytes + FPU_ALIGNMENT - 1) & ~(uint64_t)(FPU_ALIGNMENT - 1));
    fpu_clear(task->fpu);
    task->state = TASK_SLEEPING;
    list_init(&task->run);
    list_init(&task->peer);
    list_init(&task->timeout);
    tasks++;
    return task;
}

uint64_t task_count(void)
{
    return tasks;
}

void task_free(struct task *task)
{
    tasks--;
    frames_free(address_frame(task->stack), STACK_ORDER);
    heap_free(task);
}

static inline void fpu_save(void *area)
{
    __asm__ volatile("xsave64 (%0)" : : "r"(area), "a"(~0u), "d"(~0u) : "memory");
}

static inline void fpu_load(const void *area)
{
    __asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"(~0u), "d"(~0u) : "memory");
}

void task_copy_fpu(struct task *to)
{
    fpu_save(to->fpu);
}

uint64_t fs_base_current(void)
{
    uint64_t base;

    __asm__ volatile("rdfsbase %0" : "=r"(base));
    return base;
}

static inline void fs_base_load(uint64_t base)
{
    __asm__ volatile("wrfsbase %0" : : "r"(base));
}

/* The task will begin at `entry`, with the stack as after a call. */
static void task_prepare(struct task *task, uint64_t entry)
{
    uint64_t *top = (uint64_t *)task->regs - 1;

    *top = entry;
    task->saved_rsp = (uint64_t)top;
}

struct task *idle_create(void)
{
    struct task *task = task_create();

    if (!task)
        return NULL;
    task->process = &idle_process;
    signal_init_task(task);
    task_prepare(task, (uint64_t)sched_idle);
    return task;
}

static void make_ready(struct task *task)
{
    task->state = TASK_RUNNABLE;
    list_add_tail(&ready, &task->run);
}

void task_start(struct task *task)
{
    task_start_at(task, (void (*)(void))task_start_user);
}

void task_start_at(struct task *task, void (*start)(void))
{
    task_prepare(task, (uint64_t)start);
    make_ready(task);
}

/* --- Choosing ------------------------------------------------------------------------------------------ */

/* Charges the running task, in ticks of the time-stamp counter: nanoseconds are made of them when somebody asks. */
static inline void account(struct vcpu *vcpu)
{
    uint64_t now = __builtin_ia32_rdtsc();

    if (!instance_many || now > vcpu->account_from) /* the CPUs' counters may be apart */
        vcpu->task->cpu_ticks += now - vcpu->account_from;
    vcpu->account_from = now;
}

static void account_ns(struct task *task)
{
    uint64_t used = ticks_ns(task->cpu_ticks);

    task->cpu_ticks = 0;
    task->cpu_ns += used;
    task->process->user_ns += used;
}

void sched_account(struct process *process)
{
    if (current()->state == TASK_RUNNING) /* else it idles */
        account(this_vcpu());
    for (uint32_t i = 0; instance_many && i < vcpu_count; i++)
        if (vcpus[i]->task->state == TASK_RUNNING)
            account(vcpus[i]);
    list_for_each (node, &process->tasks)
        account_ns(list_item(node, struct task, peer));
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

/* Not later than the deadline: ticks_ns of it is at most that. */
static uint64_t ticks_at(uint64_t deadline_ns)
{
    unsigned __int128 scaled = (unsigned __int128)deadline_ns << machine()->tsc_shift;
    uint64_t mult = machine()->tsc_mult;

    if (deadline_ns == NO_DEADLINE || (uint64_t)(scaled >> 64) >= mult)
        return UINT64_MAX;
    uint64_t ticks, rest;

    __asm__("divq %4"
            : "=a"(ticks), "=d"(rest)
            : "a"((uint64_t)scaled), "d"((uint64_t)(scaled >> 64)), "r"(mult)
            : "cc");
    return ticks + machine()->tsc_base;
}

static __attribute__((noinline)) void timers_look(void)
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
    quiet_until = ticks_at(next_deadline());
}

/* The clock is read as it comes: nanoseconds are made of it only when something may be due. */
static inline void timers_run(void)
{
    if (__builtin_ia32_rdtsc() >= quiet_until)
        timers_look();
}

/* The kernel's alarm comes no later than what waits; it may come early, which costs one look. */
static void alarm_update(void)
{
    struct vcpu *vcpu = this_vcpu();
    uint64_t next = next_deadline();

    if (next >= vcpu->alarm_ns)
        return;
    vcpu->alarm_ns = next;
    (void)exo_alarm_set(next);
}

static __attribute__((noinline)) void events_deal(struct exo_upcall *upcall)
{
    uint64_t events = __atomic_exchange_n(&upcall->events, 0, __ATOMIC_ACQUIRE);

    if (events & 1ul << STREAM_EVENT_IN)
        stream_event();
    if (events & 1ul << NETWORK_EVENT)
        stack_event();
}

static inline void events_take(void)
{
    struct exo_upcall *upcall = this_vcpu()->upcall;

    if (upcall->events)
        events_deal(upcall);
}

static bool may_run(const struct task *task, const struct vcpu *vcpu)
{
    return !task->affinity || task->affinity >> vcpu->index & 1;
}

static struct task *pick_allowed(void)
{
    const struct vcpu *vcpu = this_vcpu();

    list_for_each (node, &ready) {
        struct task *task = list_item(node, struct task, run);

        if (!may_run(task, vcpu))
            continue;
        list_remove(node);
        return task;
    }
    return NULL;
}

/* The next task for this vcpu, taken out of `ready`; NULL: none. With one vcpu every task is for it. */
static inline struct task *pick(void)
{
    struct list *node = ready.next;

    if (instance_many)
        return pick_allowed();
    if (node == &ready)
        return NULL;
    list_remove(node);
    return list_item(node, struct task, run);
}

void sched_spread(void)
{
    const struct vcpu *self = this_vcpu();

    list_for_each (node, &ready) {
        const struct task *task = list_item(node, struct task, run);
        struct vcpu *found = NULL;

        for (uint32_t i = 0; i < vcpu_count && !found; i++)
            if (vcpus[i] != self && vcpus[i]->sleeping && may_run(task, vcpus[i]))
                found = vcpus[i];
        if (!found)
            continue;
        found->sleeping = false;
        (void)exo_wake(SLOT_MEMORY, found->env, 0);
    }
}

/*
 * What came while this vcpu was masked: a request for memory; alarms and events, which are looked at next, so that the way back to
 * the program need not. Before that: what comes later is pending again.
 */
static void pending_take(struct vcpu *vcpu)
{
    const uint32_t all = EXO_PENDING_REVOKE | EXO_PENDING_ALARM | EXO_PENDING_EVENT;
    uint32_t pending = __atomic_load_n(&vcpu->upcall->pending, __ATOMIC_RELAXED) & all;

    if (!pending)
        return;
    __atomic_fetch_and(&vcpu->upcall->pending, ~pending, __ATOMIC_SEQ_CST);
    if (pending & EXO_PENDING_ALARM)
        vcpu->alarm_ns = NO_DEADLINE;
    if (pending & EXO_PENDING_REVOKE)
        reclaim_upcall();
}

/* Waits until some task is ready for this vcpu, and takes it. */
static struct task *idle(void)
{
    struct vcpu *vcpu = this_vcpu();

    for (;;) {
        pending_take(vcpu);
        events_take();
        timers_run();
        struct task *next = pick();

        vcpu->sleeping = !next;
        if (next) {
            vcpu->account_from = __builtin_ia32_rdtsc();
            alarm_update();
            return next;
        }
        if (stack_owes()) {
            stack_settle();
            continue; /* it may have woken somebody */
        }
        uint64_t deadline = next_deadline();

        instance_unlock();
        (void)exo_sleep(0, 0, deadline);
        instance_lock();
    }
}

/*
 * The rest of the running task is put on its stack, of which *saved becomes the end, and the other one's is taken from
 * `loaded`. No function call in between: the compiler saves what it needs, which is less than all registers.
 */
static inline __attribute__((always_inline)) void stack_switch(uint64_t *saved, uint64_t loaded)
{
    __asm__ volatile("pushq %%rbp\n\t"
                     "leaq 1f(%%rip), %%rax\n\t"
                     "pushq %%rax\n\t"
                     "movq %%rsp, (%0)\n\t"
                     "movq %1, %%rsp\n\t"
                     "ret\n"
                     "1:\tpopq %%rbp"
                     : "+D"(saved), "+S"(loaded)
                     :
                     : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
                       "r15", "memory", "cc");
}

static inline void run(struct task *next)
{
    struct vcpu *vcpu = this_vcpu();
    struct task *self = vcpu->task;

    if (next != vcpu->idle)
        next->state = TASK_RUNNING;
    if (next == self)
        return;
    if (self != vcpu->idle) {
        fpu_save(self->fpu);
        self->fs_base = fs_base_current();
    }
    if (next->vcpu != vcpu) {
        rseq_event(next);
        next->vcpu = vcpu;
    }
    vcpu->task = next;
    vcpu->stack_top = (uint64_t)next->stack + TASK_STACK_BYTES;
    if (next->process->space != vcpu->space || !vcpu->space)
        space_switch(next->process->space);
    if (next != vcpu->idle) {
        fpu_load(next->fpu);
        fs_base_load(next->fs_base);
    }
    stack_switch(&self->saved_rsp, next->saved_rsp);
}

void sched_idle(void)
{
    for (;;)
        run(idle());
}

static __attribute__((noinline)) void run_other(struct task *next)
{
    run(next);
}

static __attribute__((noinline)) void schedule_slow(void)
{
    account(this_vcpu());
    struct task *next = pick();

    slow &= ~(uint32_t)SLOW_ALARM;
    if (!next)
        next = instance_many ? this_vcpu()->idle : idle();
    else
        alarm_update();
    run(next);
}

/* The running task has stored its state and is in whatever lists it wants to be in. It is not in `ready` alone. */
static inline __attribute__((always_inline)) void schedule(void)
{
    struct vcpu *vcpu = this_vcpu();
    struct task *self = vcpu->task;
    struct list *node = ready.next;
    struct task *next = list_item(node, struct task, run);

    if (__builtin_expect(slow != 0, 0) || node == &ready) {
        schedule_slow();
        return;
    }
    uint64_t now = __builtin_ia32_rdtsc();

    self->cpu_ticks += now - vcpu->account_from;
    vcpu->account_from = now;
    ready.next = node->next;
    node->next->previous = &ready;
    next->state = TASK_RUNNING;
    fpu_save(self->fpu);
    self->fs_base = fs_base_current();
    vcpu->task = next;
    vcpu->stack_top = (uint64_t)(next->regs + 1);
    if (next->process->space != vcpu->space)
        space_switch(next->process->space);
    fpu_load(next->fpu);
    fs_base_load(next->fs_base);
    stack_switch(&self->saved_rsp, next->saved_rsp);
}

void task_yield(void)
{
    if (list_empty(&ready) && (!instance_many || may_run(current(), this_vcpu())))
        return;
    make_ready(current());
    schedule();
}

void task_yield_to(struct task *task)
{
    struct task *self = current();

    if (instance_many || task->state != TASK_RUNNABLE)
        return;
    list_remove(&task->run);
    self->state = TASK_RUNNABLE;
    list_add_head(&ready, &self->run);
    list_add_head(&ready, &task->run);
    schedule();
}

void sched_affinity_changed(struct task *task)
{
    if (task == current())
        task_yield();
    else if (task->state == TASK_RUNNING)
        vcpu_kick(task->vcpu);
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
        this_vcpu()->alarm_ns = NO_DEADLINE;
    if (pending & EXO_PENDING_REVOKE)
        reclaim_upcall();
    events_take();
    timers_run();
    alarm_update();
    if (pending & EXO_PENDING_SLICE_END) {
        instance_unlock();
        (void)exo_yield();
        instance_lock();
        rseq_event(current());
        task_yield();
    } else if (!may_run(current(), this_vcpu())) {
        task_yield();
    }
}

/* --- Sleeping and waking ------------------------------------------------------------------------------- */

static void sleepers_add(struct task *task, uint64_t deadline_ns)
{
    struct list *at = sleepers.previous;

    task->wake_deadline = deadline_ns;
    slow |= SLOW_ALARM;
    while (at != &sleepers && list_item(at, struct task, timeout)->wake_deadline > deadline_ns)
        at = at->previous;
    list_insert_after(&task->timeout, at);
    if (at == &sleepers)
        quiet_until = 0;
}

static __attribute__((noinline)) int sleep_until(uint64_t deadline_ns, bool interruptible)
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

/* With one vcpu and nobody else ready: mostly the task itself is woken next, and there is nothing to switch. */
static __attribute__((noinline)) int sleep_alone(struct task *task)
{
    task->state = TASK_SLEEPING;
    account(this_vcpu());
    slow &= ~(uint32_t)SLOW_ALARM;
    struct task *next = idle();

    if (next == task)
        task->state = TASK_RUNNING;
    else
        run_other(next);
    task->woken = false;
    return 0;
}

static __attribute__((noinline)) int sleep_long(struct task *task)
{
    if (!task->woken) {
        if (signal_pending(task))
            return -ERESTARTSYS;
        task->state = TASK_SLEEPING;
        schedule();
    }
    task->woken = false;
    return 0;
}

int task_sleep(uint64_t deadline_ns)
{
    struct task *task = current();

    if (__builtin_expect(deadline_ns != NO_DEADLINE, 0))
        return sleep_until(deadline_ns, true);
    if (list_empty(&ready) && !instance_many && !task->woken && !signal_pending(task))
        return sleep_alone(task);
    return sleep_long(task);
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

void task_notify(struct task *task)
{
    if (task->state != TASK_RUNNING) /* current() may be a sleeper that idles */
        task_wake(task);
    else if (task != current())
        vcpu_kick(task->vcpu);
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
    struct list *at;

    timer_stop(timer);
    timer->deadline_ns = deadline_ns;
    at = timers.previous; /* only now: it may have been the last itself */
    while (at != &timers && list_item(at, struct timer, node)->deadline_ns > deadline_ns)
        at = at->previous;
    list_insert_after(&timer->node, at);
    if (at == &timers)
        quiet_until = 0;
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
