/* SPDX-License-Identifier: MIT */
/* debug.c - stops, breakpoints and memory of a process that is debugged. See debug.h. */
#include "libos/linux/observe/debug.h"
#include <asm/signal.h>
#include "libos/linux/mm/space.h"
#include "libos/linux/observe/observe.h"
#include "libos/linux/sched.h"
#include "libos/linux/sig/signal.h"
#include "libos/linux/task.h"
#include "libos/linux/time/clock.h"
#include "libos/linux/user.h"
#include "libos/linux/vcpu.h"

#define INT3         0xcc
#define SETTLE_NS    1000000ul
#define SETTLE_TURNS 300 /* a task that sleeps and cannot be interrupted is not waited for longer */

uint32_t debuggers;

/* --- Memory ---------------------------------------------------------------------------------------------- */

/* One page at most, its space loaded. */
static int poke_page(struct space *space, uint64_t address, const uint8_t *from, uint32_t bytes)
{
    struct area *area = area_find(space, address);
    frame_t frame;
    uint8_t byte;
    int error;

    if (!area || address >= USER_END)
        return -EFAULT;
    if (area->prot & PROT_WRITE)
        return copy_to_user(address, from, bytes);
    if (area->flags & AREA_SHARED || copy_from_user(&byte, address, 1))
        return -EFAULT;
    error = page_make_private(space, area, page_down(address), &frame);
    if (!error)
        memcpy((uint8_t *)frame_address(frame) + (address & ~PAGE_MASK), from, bytes);
    return error;
}

static int poke(struct space *space, uint64_t address, const void *from, uint32_t bytes)
{
    struct space *back = this_vcpu()->space;
    const uint8_t *at = from;
    int error = space ? 0 : -EFAULT;

    if (error)
        return error;
    space_switch(space);
    while (bytes && !error) {
        uint32_t part = (uint32_t)min_of((uint64_t)bytes, PAGE_SIZE - (address & ~PAGE_MASK));

        error = poke_page(space, address, at, part);
        address += part;
        at += part;
        bytes -= part;
    }
    space_switch(back);
    return error;
}

static struct breakpoint *breakpoint_find(struct debug *debug, uint64_t address)
{
    for (uint32_t i = 0; i < debug->count; i++)
        if (debug->breakpoint[i].address == address)
            return &debug->breakpoint[i];
    return NULL;
}

int debug_peek(struct debug *debug, void *to, uint64_t address, uint32_t bytes)
{
    if (!debug->process || process_peek(debug->process, to, address, bytes) < 0)
        return -EFAULT;
    for (uint32_t i = 0; i < debug->count; i++)
        if (debug->breakpoint[i].address - address < bytes)
            ((uint8_t *)to)[debug->breakpoint[i].address - address] = debug->breakpoint[i].byte;
    return 0;
}

int debug_poke(struct debug *debug, const void *from, uint64_t address, uint32_t bytes)
{
    int error = debug->process ? poke(debug->process->space, address, from, bytes) : -EFAULT;
    const uint8_t trap = INT3;

    for (uint32_t i = 0; !error && i < debug->count; i++) {
        struct breakpoint *b = &debug->breakpoint[i];

        if (b->address - address >= bytes)
            continue;
        b->byte = ((const uint8_t *)from)[b->address - address];
        error = poke(debug->process->space, b->address, &trap, 1);
    }
    return error;
}

static int plant(struct debug *debug, struct breakpoint *b, uint64_t address)
{
    const uint8_t trap = INT3;

    b->address = address;
    return debug->process && process_peek(debug->process, &b->byte, address, 1) == 1
               ? poke(debug->process->space, address, &trap, 1)
               : -EFAULT;
}

static void pull(struct debug *debug, const struct breakpoint *b)
{
    if (debug->process) /* what cannot be put back is not mapped any more */
        (void)poke(debug->process->space, b->address, &b->byte, 1);
}

int debug_breakpoint_set(struct debug *debug, uint64_t address)
{
    if (breakpoint_find(debug, address))
        return 0;
    if (debug->count == DEBUG_BREAKPOINTS)
        return -ENOSPC;
    int error = plant(debug, &debug->breakpoint[debug->count], address);

    debug->count += !error;
    return error;
}

void debug_breakpoint_remove(struct debug *debug, uint64_t address)
{
    struct breakpoint *b = breakpoint_find(debug, address);

    if (!b)
        return;
    pull(debug, b);
    *b = debug->breakpoint[--debug->count];
}

/* --- Stops ------------------------------------------------------------------------------------------------- */

static bool step_at(const struct debug *debug, uint64_t address)
{
    for (uint32_t i = 0; i < debug->step_count; i++)
        if (debug->step[i].address == address)
            return true;
    return false;
}

/* Another task that has come to where the step ends waits, too: the byte there is not its instruction. */
static bool held(const struct debug *debug, const struct task *task)
{
    if (!debug || signal_killed(task))
        return false;
    if (debug->stopped)
        return true;
    return debug->step_tid && debug->step_tid != task->tid &&
           (debug->step_alone || step_at(debug, task->regs->rip));
}

/* Whoever runs in the program or sleeps in a call comes to debug_park. */
static void call_all(struct debug *debug)
{
    list_for_each (node, &debug->process->tasks) {
        struct task *task = list_item(node, struct task, peer);

        if (task->ending)
            continue;
        task->sig.attention |= ATTENTION_DEBUG | ATTENTION_SIGNAL;
        if (task != current() && !task->debug_parked)
            task_notify(task);
    }
}

void debug_park(void)
{
    struct task *task = current();
    struct waiter waiter;

    waiter_init(&waiter);
    task->debug_parked = true;
    for (;;) {
        struct debug *debug = task->process->debug;

        if (!held(debug, task))
            break;
        wait_add(&debug->parked, &waiter);
        (void)task_sleep_uninterruptible(NO_DEADLINE);
    }
    wait_remove(&waiter);
    task->debug_parked = false;
    task->sig.attention &= ~(uint32_t)ATTENTION_DEBUG;
}

/* The current task stops all of them and waits. False: another one was first, and this one's reason is not told. */
static bool stop(enum debug_stop why, int signal, const struct siginfo *info)
{
    struct debug *debug = current()->process->debug;
    bool first = !debug->stopped;

    if (first) {
        debug->stopped = true;
        debug->stop = why;
        debug->stop_tid = current()->tid;
        debug->stop_signal = signal;
        debug->info = info ? *info : (struct siginfo){.signo = signal, .code = SI_KERNEL};
        call_all(debug);
        waitq_wake(&debug->changed);
    }
    debug_park();
    return first;
}

bool debug_trap(struct regs *regs)
{
    struct debug *debug = current()->process->debug;
    uint64_t address = regs->rip - 1;

    if (!debug)
        return false;
    bool step = step_at(debug, address);

    if (!step && !breakpoint_find(debug, address))
        return false;
    regs->rip = address; /* who was not first comes here again */
    if (step && debug->step_tid == current()->tid)
        (void)stop(DEBUG_STEP, SIGTRAP, NULL);
    else if (step)
        debug_park();
    else
        (void)stop(DEBUG_BREAKPOINT, SIGTRAP, NULL);
    return true;
}

int debug_signal(int signal, const struct siginfo *info)
{
    while (current()->process->debug && !signal_killed(current())) {
        struct debug *debug = current()->process->debug;

        if (signal == SIGKILL || debug->pass >> (signal - 1) & 1)
            break;
        if (!stop(DEBUG_SIGNAL, signal, info))
            continue;
        debug = current()->process->debug;
        return debug ? debug->resume_signal : signal;
    }
    return signal;
}

void debug_thread(struct task *task)
{
    if (task->process->debug)
        task->sig.attention |= ATTENTION_DEBUG | ATTENTION_SIGNAL;
}

void debug_forked(struct process *parent, struct space *space)
{
    struct debug *debug = parent->debug;

    for (uint32_t i = 0; debug && i < debug->count; i++)
        (void)poke(space, debug->breakpoint[i].address, &debug->breakpoint[i].byte, 1);
    for (uint32_t i = 0; debug && i < debug->step_count; i++)
        (void)poke(space, debug->step[i].address, &debug->step[i].byte, 1);
}

void debug_exec(struct process *process)
{
    if (!process->debug)
        return;
    process->debug->count = 0;
    process->debug->step_count = 0;
    process->debug->step_tid = 0;
}

void debug_exit(struct process *process)
{
    struct waiter waiter;

    if (!process->debug)
        return;
    process->debug->exit_status = process->exit_status;
    process->debug->ended = true;
    waitq_wake(&process->debug->changed);
    waiter_init(&waiter);
    while (process->debug) {
        wait_add(&process->debug->parked, &waiter);
        (void)task_sleep_uninterruptible(NO_DEADLINE);
    }
    wait_remove(&waiter);
}

/* --- The debugger's side ------------------------------------------------------------------------------------- */

/* A task that has not parked: 2 runs, 1 sleeps; 0: all stand. */
static int restless(const struct debug *debug)
{
    int worst = 0;

    list_for_each (node, &debug->process->tasks) {
        const struct task *task = list_item(node, struct task, peer);

        if (task->ending || task->debug_parked)
            continue;
        worst = max_of(worst, task->state == TASK_SLEEPING || task->state == TASK_STOPPED ? 1 : 2);
    }
    return worst;
}

void debug_settle(struct debug *debug)
{
    for (int turn = 0; !debug->ended; turn++) {
        int state = restless(debug);

        if (!state || (state == 1 && turn > SETTLE_TURNS))
            break;
        (void)task_sleep_uninterruptible(now_ns() + SETTLE_NS);
    }
    if (debug->ended)
        return;
    for (uint32_t i = 0; i < debug->step_count; i++)
        pull(debug, &debug->step[i]);
    debug->step_count = 0;
    debug->step_tid = 0;
}

void debug_interrupt(struct debug *debug)
{
    if (debug->stopped || debug->ended)
        return;
    debug->stopped = true;
    debug->stop = DEBUG_ASKED;
    debug->stop_tid = debug->process->leader->tid;
    debug->stop_signal = SIGINT;
    list_for_each (node, &debug->process->tasks) { /* a leader may have ended before its threads */
        const struct task *task = list_item(node, struct task, peer);

        if (!task->ending) {
            debug->stop_tid = task->tid;
            break;
        }
    }
    call_all(debug);
}

int debug_attach(struct debug *debug, struct process *process)
{
    if (process->debug)
        return -EBUSY;
    if (process->zombie || !process->space)
        return -ESRCH;
    debug->process = process;
    waitq_init(&debug->changed);
    waitq_init(&debug->parked);
    process->debug = debug;
    debuggers++;
    signal_trace_faults(true);
    debug_interrupt(debug);
    debug_settle(debug);
    return 0;
}

void debug_detach(struct debug *debug)
{
    if (!debug->process)
        return;
    debug_interrupt(debug);
    debug_settle(debug);
    while (debug->count)
        debug_breakpoint_remove(debug, debug->breakpoint[0].address);
    debug->process->debug = NULL;
    debug->process = NULL;
    waitq_wake(&debug->parked);
    waitq_abandon(&debug->parked);
    if (!--debuggers)
        signal_trace_faults(trace_on);
}

static const struct task *task_of(const struct debug *debug, int tid)
{
    const struct task *task = task_find(debug->process->pid, tid);

    return task && !task->ending ? task : NULL;
}

int debug_resume(struct debug *debug, int step_tid, bool alone, int signal)
{
    uint64_t target[2];
    uint32_t count = 0;

    if (debug->ended)
        return 0;
    if (step_tid) {
        const struct task *task = task_of(debug, step_tid);

        count = task ? step_targets(debug, task, target) : 0;
        if (!count)
            return -EFAULT;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (plant(debug, &debug->step[i], target[i])) {
            while (i--)
                pull(debug, &debug->step[i]);
            return -EFAULT;
        }
    }
    debug->step_count = count;
    debug->step_tid = step_tid;
    debug->step_alone = alone;
    debug->resume_signal = signal;
    debug->stopped = false;
    waitq_wake(&debug->parked);
    return 0;
}
