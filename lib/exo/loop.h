/* SPDX-License-Identifier: MIT */
/*
 * loop.h - an event loop: one env that waits for event bits, timers and words of memory, and calls
 * what belongs to them.
 *
 * For LibOSes that serve others and need no threads. Callbacks run on the loop's stack, one after
 * the other.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "abi/exo_types.h"

#define EXO_LOOP_TIMERS 16

struct exo_loop;

struct exo_timer {
    uint64_t deadline_ns; /* EXO_FOREVER: off */
    void (*expired)(struct exo_loop *loop, struct exo_timer *timer);
    void *context;
};

struct exo_loop {
    struct exo_upcall *upcall;
    void (*event[64])(struct exo_loop *loop, uint32_t bit); /* NULL: the bit is dropped */
    void *event_context[64];
    struct exo_timer *timer[EXO_LOOP_TIMERS]; /* NULL: free */
    struct exo_sleep_word word[EXO_SLEEP_WORDS];
    void (*word_changed)(struct exo_loop *loop, uint32_t index);
    uint32_t word_count;
    bool stop; /* set by a callback: exo_loop_run returns */
};

/* exo_loop_init - an empty loop for the env whose upcall page is mapped at `upcall`; its upcalls
 * stay masked. */
void exo_loop_init(struct exo_loop *loop, struct exo_upcall *upcall);

/* exo_loop_on - call `callback` when event bit `bit` (0..63) is set. */
void exo_loop_on(struct exo_loop *loop, uint32_t bit, void (*callback)(struct exo_loop *, uint32_t),
                 void *context);

/* exo_loop_timer - watch a timer of the caller's; false: EXO_LOOP_TIMERS are watched already. */
bool exo_loop_timer(struct exo_loop *loop, struct exo_timer *timer);

/* exo_loop_watch - call word_changed(index) when *word differs from `value`; false: EXO_SLEEP_WORDS
 * are watched. */
bool exo_loop_watch(struct exo_loop *loop, const volatile uint32_t *word, uint32_t value);

/* exo_loop_run - serve until a callback sets stop. */
void exo_loop_run(struct exo_loop *loop);
