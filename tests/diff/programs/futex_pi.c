/* SPDX-License-Identifier: MIT */
/* futex_pi.c - locks with an owner, by hand: words, errors, handing over, timeouts. */
#include "tests/diff/thread.h"

static uint32_t word;
static int ready, go, first;

static void say_word(const char *when)
{
    uint32_t value = __atomic_load_n(&word, __ATOMIC_SEQ_CST);
    uint32_t owner = value & FUTEX_TID_MASK;

    printf("%s: owner %s%s%s\n", when,
           !owner                     ? "nobody"
           : owner == (uint32_t)tid() ? "self"
                                      : "another",
           value & FUTEX_WAITERS ? ", waiters" : "", value & FUTEX_OWNER_DIED ? ", died" : "");
}

static void *takes(void *unused)
{
    struct timespec past = {1, 0};

    (void)unused;
    SHOW(futex(&word, FUTEX_TRYLOCK_PI, 0, NULL));
    SHOW(futex(&word, FUTEX_LOCK_PI, 0, &past));
    SHOW(futex(&word, FUTEX_LOCK_PI2, 0, &past));
    SHOW(futex(&word, FUTEX_LOCK_PI2 | FUTEX_REALTIME, 0, &past));
    SHOW(futex(&word, FUTEX_UNLOCK_PI, 0, NULL));
    set(&ready, tid());
    SHOW(futex(&word, FUTEX_LOCK_PI, 0, NULL));
    say_word("in the waiter");
    set(&go, 1);
    wait_value(&go, 2);
    SHOW(futex(&word, FUTEX_UNLOCK_PI, 0, NULL));
    return NULL;
}

static void *takes_and_ends(void *unused)
{
    (void)unused;
    futex(&word, FUTEX_LOCK_PI, 0, NULL);
    set(&first, tid());
    wait_value(&go, 3);
    return NULL;
}

static void *inherits(void *unused)
{
    (void)unused;
    set(&ready, tid());
    SHOW(futex(&word, FUTEX_LOCK_PI, 0, NULL));
    say_word("after the owner's end");
    SHOW(futex(&word, FUTEX_UNLOCK_PI, 0, NULL));
    return NULL;
}

int main(void)
{
    pthread_t thread, other;

    SHOW(futex(&word, FUTEX_LOCK_PI, 0, NULL));
    say_word("locked");
    SHOW(futex(&word, FUTEX_LOCK_PI, 0, NULL));
    SHOW(futex(&word, FUTEX_TRYLOCK_PI, 0, NULL));
    SHOW(futex(&word, FUTEX_UNLOCK_PI, 0, NULL));
    say_word("unlocked");
    SHOW(futex(&word, FUTEX_UNLOCK_PI, 0, NULL));
    word = 0x3ffffff0;
    SHOW(futex(&word, FUTEX_LOCK_PI, 0, NULL));
    SHOW(futex(&word, FUTEX_UNLOCK_PI, 0, NULL));
    word = FUTEX_OWNER_DIED;
    SHOW(futex(&word, FUTEX_LOCK_PI, 0, NULL));
    say_word("taken from the dead");
    word = (uint32_t)tid();
    thread = start(takes, NULL);
    wait_asleep(&ready);
    say_word("waited for");
    NEED(futex(&word, FUTEX_UNLOCK_PI, 0, NULL) == 0);
    wait_value(&go, 1);
    say_word("handed over");
    set(&go, 2);
    join(thread);
    ready = 0;
    word = 0;
    other = start(takes_and_ends, NULL);
    wait_not(&first, 0);
    thread = start(inherits, NULL);
    wait_asleep(&ready);
    set(&go, 3);
    join(other);
    join(thread);
    return 0;
}
