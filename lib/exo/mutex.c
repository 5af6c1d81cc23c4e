/* SPDX-License-Identifier: MIT */
/* mutex.c - three-state lock on a word; see mutex.h. Sleeping is a kernel call, so the fast paths
 * are inline-sized. */
#include "lib/exo/mutex.h"
#include "exo_stubs.h"
#include "lib/exo/libos.h"

#define SPINS 200

void exo_mutex_take(struct exo_mutex *mutex, uint64_t env)
{
    for (int i = 0; i < SPINS; i++) {
        if (exo_mutex_try(mutex))
            return;
        __builtin_ia32_pause();
    }
    /* From here on the word is 2 while taken: whoever drops it knows that someone may sleep. */
    while (__atomic_exchange_n(&mutex->word, 2, __ATOMIC_ACQUIRE) != 0) {
        struct exo_sleep_word word = {.address = (uint64_t)&mutex->word, .value = 2};

        mutex->sleeper = env;
        (void)exo_sleep((uint64_t)&word, 1, exo_time_ns() + EXO_MUTEX_RECHECK_NS);
    }
}

void exo_mutex_drop(struct exo_mutex *mutex, uint32_t slot)
{
    /* The sleeper may also be woken by the kernel, which looks at the word whenever its position
     * comes up. */
    if (__atomic_exchange_n(&mutex->word, 0, __ATOMIC_RELEASE) == 2)
        (void)exo_wake(slot, mutex->sleeper, 0);
}
