/* SPDX-License-Identifier: MIT */
/*
 * mutex.h - locks in memory that several envs share, on the same or on different CPUs.
 *
 * Taking a free lock and dropping one that nobody waits for are one atomic instruction. A waiter
 * spins a little, then sleeps on the word; who drops a contended lock wakes the last env that went
 * to sleep for it, and sleepers look again at least every EXO_MUTEX_RECHECK_NS, so that a wake that
 * met a third env delays and never hangs.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct exo_mutex {
    volatile uint32_t word; /* 0: free; 1: taken; 2: taken, and an env may sleep for it */
    uint32_t reserved;
    volatile uint64_t sleeper; /* env that went to sleep last */
};

#define EXO_MUTEX_RECHECK_NS 10000000

/*
 * exo_mutex_take - wait until the lock is free, and take it. Not recursive.
 *
 * env  the calling env's id: whom to wake
 */
void exo_mutex_take(struct exo_mutex *mutex, uint64_t env);

/* exo_mutex_try - take it if it is free; false: it is not. */
static inline bool exo_mutex_try(struct exo_mutex *mutex)
{
    uint32_t free = 0;

    return __atomic_compare_exchange_n(&mutex->word, &free, 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

/* exo_mutex_drop - give it up. Only who took it may. slot: capability that dominates the envs which
 * share the lock. */
void exo_mutex_drop(struct exo_mutex *mutex, uint32_t slot);
