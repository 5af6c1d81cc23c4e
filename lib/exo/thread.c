/* SPDX-License-Identifier: MIT */
/*
 * thread.c - round-robin scheduler of user threads on one env.
 *
 * Invariants (masked, on the handler stack or in exo_mask sections):
 *   1. `current` is in no list; ready threads are in `ready`, blocked ones with a deadline in
 * `sleepers`, unsorted.
 *   2. A thread's context is valid exactly while it is not current.
 * States: READY -next-> current -yield, slice end-> READY; current -block-> BLOCKED -wake,
 * deadline-> READY; current -body returns-> ENDED. Every switch goes through a context on the
 * handler stack: the kernel's upcall or exo_self_trap makes it, pick() replaces its contents, and
 * the way back loads it.
 */
#include "lib/exo/thread.h"
#include <stddef.h>
#include "exo_stubs.h"
#include "lib/exo/libos.h"

static struct {
    struct list ready, sleepers;
    struct exo_thread *current;
} threads;

struct exo_thread *exo_thread_current(void)
{
    return threads.current;
}

static void make_ready(struct exo_thread *thread)
{
    list_remove(&thread->node);
    thread->state = EXO_THREAD_READY;
    list_add_tail(&threads.ready, &thread->node);
}

/* Moves the sleepers whose time has come; the next deadline. */
static uint64_t expire(void)
{
    uint64_t next = EXO_FOREVER;
    uint64_t now = list_empty(&threads.sleepers) ? 0 : exo_time_ns();

    list_for_each_safe (node, &threads.sleepers) {
        struct exo_thread *thread = list_item(node, struct exo_thread, node);

        if (thread->wake_ns <= now)
            make_ready(thread);
        else if (thread->wake_ns < next)
            next = thread->wake_ns;
    }
    return next;
}

/* Chooses who goes on and puts its registers into the context; sleeps while nobody can. Masked. */
static void pick(struct exo_context *context)
{
    for (;;) {
        uint64_t next = expire();

        if (!list_empty(&threads.ready))
            break;
        (void)exo_sleep(0, 0, next);
    }
    struct exo_thread *thread = list_item(threads.ready.next, struct exo_thread, node);

    list_remove(&thread->node);
    threads.current = thread;
    *context = thread->context;
}

static void switch_ready(struct exo_context *context)
{
    threads.current->context = *context;
    make_ready(threads.current);
    pick(context);
}

static void switch_blocked(struct exo_context *context)
{
    struct exo_thread *thread = threads.current;

    thread->context = *context;
    thread->state = EXO_THREAD_BLOCKED;
    if (thread->wake_ns != EXO_FOREVER)
        list_add_tail(&threads.sleepers, &thread->node);
    pick(context);
}

static void switch_ended(struct exo_context *context)
{
    struct exo_thread *thread = threads.current;

    thread->state = EXO_THREAD_ENDED;
    while (!list_empty(&thread->joiners))
        make_ready(list_item(thread->joiners.next, struct exo_thread, node));
    pick(context);
}

void exo_threads_handler(struct exo_context *context)
{
    if (context->vector == EXO_VECTOR_SLICE_END) {
        switch_ready(context);
        (void)exo_yield(); /* within the grace: the next thread begins with the next slice */
    } else if (context->vector < 32) {
        exo_handler_default(context);
    }
}

void exo_threads_start(struct exo_self *self, struct exo_thread *first)
{
    list_init(&threads.ready);
    list_init(&threads.sleepers);
    *first = (struct exo_thread){.state = EXO_THREAD_READY};
    list_init(&first->node);
    list_init(&first->joiners);
    threads.current = first;
    exo_upcall_start(self);
}

_Noreturn static void thread_run(int (*body)(void *), void *argument)
{
    threads.current->result = body(argument);
    for (;;)
        exo_self_trap(switch_ended);
}

void exo_thread_create(struct exo_thread *thread, int (*body)(void *), void *argument, void *stack,
                       uint64_t bytes)
{
    uint64_t cs;
    uint64_t ss;

    __asm__("movq %%cs, %0\n\tmovq %%ss, %1" : "=r"(cs), "=r"(ss));
    *thread = (struct exo_thread){
        .context = {.rip = (uint64_t)thread_run,
                    .rdi = (uint64_t)body,
                    .rsi = (uint64_t)argument,
                    .rsp = (((uint64_t)stack + bytes) & ~15ull) - 8, /* as after a call */
                    .rflags = 0x202,
                    .cs = cs,
                    .ss = ss},
    };
    list_init(&thread->node);
    list_init(&thread->joiners);
    bool before = exo_mask();

    make_ready(thread);
    if (!before)
        exo_unmask();
}

void exo_thread_yield(void)
{
    exo_self_trap(switch_ready);
}

void exo_thread_block(uint64_t deadline_ns)
{
    threads.current->wake_ns = deadline_ns;
    exo_self_trap(switch_blocked);
}

void exo_thread_wake(struct exo_thread *thread)
{
    bool before = exo_mask();

    if (thread->state == EXO_THREAD_BLOCKED)
        make_ready(thread);
    if (!before)
        exo_unmask();
}

void exo_thread_sleep(uint64_t ns)
{
    uint64_t end = exo_time_ns() + ns;

    while (exo_time_ns() < end)
        exo_thread_block(end);
}

static void switch_joining(struct exo_context *context)
{
    threads.current->context = *context;
    pick(context);
}

int exo_thread_join(struct exo_thread *thread)
{
    bool before = exo_mask();

    while (thread->state != EXO_THREAD_ENDED) {
        threads.current->state = EXO_THREAD_BLOCKED;
        list_add_tail(&thread->joiners, &threads.current->node);
        exo_self_trap(switch_joining);
    }
    if (!before)
        exo_unmask();
    return thread->result;
}
