/* SPDX-License-Identifier: MIT */
/*
 * loop.c - event loop; see loop.h.
 *
 * No wake is lost: bits are exchanged before the callbacks run, and the kernel does not let an env
 * sleep that was woken since it slept last.
 */
#include "lib/exo/loop.h"
#include "exo_stubs.h"
#include "lib/exo/libos.h"

void exo_loop_init(struct exo_loop *loop, struct exo_upcall *upcall)
{
    *loop = (struct exo_loop){.upcall = upcall};
}

void exo_loop_on(struct exo_loop *loop, uint32_t bit, void (*callback)(struct exo_loop *, uint32_t),
                 void *context)
{
    loop->event[bit & 63] = callback;
    loop->event_context[bit & 63] = context;
}

bool exo_loop_timer(struct exo_loop *loop, struct exo_timer *timer)
{
    for (uint32_t i = 0; i < EXO_LOOP_TIMERS; i++) {
        if (!loop->timer[i]) {
            loop->timer[i] = timer;
            return true;
        }
    }
    return false;
}

bool exo_loop_watch(struct exo_loop *loop, const volatile uint32_t *word, uint32_t value)
{
    if (loop->word_count == EXO_SLEEP_WORDS)
        return false;
    loop->word[loop->word_count++] =
        (struct exo_sleep_word){.address = (uint64_t)word, .value = value};
    return true;
}

static bool serve_events(struct exo_loop *loop)
{
    uint64_t events = __atomic_exchange_n(&loop->upcall->events, 0, __ATOMIC_SEQ_CST);
    bool any = events;

    while (events) {
        uint32_t bit = (uint32_t)__builtin_ctzll(events);

        events &= events - 1;
        if (loop->event[bit])
            loop->event[bit](loop, bit);
    }
    return any;
}

static bool serve_timers(struct exo_loop *loop, uint64_t *next)
{
    uint64_t now = exo_time_ns();
    bool any = false;

    *next = EXO_FOREVER;
    for (uint32_t i = 0; i < EXO_LOOP_TIMERS; i++) {
        struct exo_timer *timer = loop->timer[i];

        if (timer && timer->deadline_ns <= now) {
            timer->deadline_ns = EXO_FOREVER; /* the callback may set it again */
            timer->expired(loop, timer);
            any = true;
        }
        if (timer && timer->deadline_ns < *next)
            *next = timer->deadline_ns;
    }
    return any;
}

/* A word that differs is reported once and then watched with its new value. */
static bool serve_words(struct exo_loop *loop)
{
    bool any = false;

    for (uint32_t i = 0; i < loop->word_count; i++) {
        uint32_t value =
            __atomic_load_n((const volatile uint32_t *)loop->word[i].address, __ATOMIC_ACQUIRE);

        if (value == loop->word[i].value)
            continue;
        loop->word[i].value = value;
        if (loop->word_changed)
            loop->word_changed(loop, i);
        any = true;
    }
    return any;
}

void exo_loop_run(struct exo_loop *loop)
{
    uint64_t next;

    while (!loop->stop) {
        bool any = serve_events(loop);

        any |= serve_words(loop);
        any |= serve_timers(loop, &next);
        if (!any && !loop->stop)
            (void)exo_sleep((uint64_t)loop->word, loop->word_count, next);
    }
}
