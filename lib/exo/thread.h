/* SPDX-License-Identifier: MIT */
/*
 * thread.h - user threads on one env: round robin, preempted at the end of a slice, blocking
 * without the kernel.
 *
 * A thread is a struct exo_context and a stack of the caller's. All threads of a scheduler run on
 * the env that started it. Extended registers (SSE, AVX) are not switched: compile with
 * -mgeneral-regs-only, as lib/exo is.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "lib/exo/list.h"
#include "lib/exo/upcall.h"

enum exo_thread_state {
    EXO_THREAD_READY = 1,
    EXO_THREAD_BLOCKED,
    EXO_THREAD_ENDED
};

struct exo_thread {
    struct list node; /* run queue, or sleepers */
    enum exo_thread_state state;
    struct exo_context context;
    uint64_t wake_ns;    /* blocked: at the latest then; EXO_FOREVER */
    struct list joiners; /* threads that wait for its end */
    int result;
};

/*
 * exo_threads_start - turn the caller into the first thread of a scheduler on this env.
 *
 * self   of this env, initialised by exo_self_init with handler exo_threads_handler;
 * exo_upcall_start is called here first  becomes the caller's thread
 */
void exo_threads_start(struct exo_self *self, struct exo_thread *first);

/* The handler to give to exo_self_init. Exceptions go to exo_handler_default. */
void exo_threads_handler(struct exo_context *context);

/*
 * exo_thread_create - a thread that runs body(argument) on `stack`; ready at once, first run at the
 * next switch.
 *
 * thread, stack  of the caller, until exo_thread_join has returned
 */
void exo_thread_create(struct exo_thread *thread, int (*body)(void *), void *argument, void *stack,
                       uint64_t bytes);

/* exo_thread_yield - let the other ready threads run first. */
void exo_thread_yield(void);

/* exo_thread_current - the running thread. */
struct exo_thread *exo_thread_current(void);

/*
 * exo_thread_block - wait until exo_thread_wake or the deadline (nanoseconds since boot;
 * EXO_FOREVER: none).
 *
 * Callers look at their condition again afterwards: a wake says that something may have changed.
 */
void exo_thread_block(uint64_t deadline_ns);

/* exo_thread_wake - make a blocked thread ready. From threads of the same env only. */
void exo_thread_wake(struct exo_thread *thread);

/* exo_thread_sleep - wait for some nanoseconds. */
void exo_thread_sleep(uint64_t ns);

/* exo_thread_join - wait for the thread's end; what its body returned. */
int exo_thread_join(struct exo_thread *thread);
