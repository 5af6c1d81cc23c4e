/* SPDX-License-Identifier: MIT */
/* futex_queue.h - the waiters of all futexes: shared by futex.c and futex_pi.c. */
#pragma once
#include "libos/linux/core.h"
#include "libos/linux/task.h"

struct futex_key {
    const void *owner; /* space, or inode, or file without one */
    uint64_t place;    /* address, or offset in the file */
};

struct futex_waiter {
    struct list node; /* in its bucket while it waits */
    struct futex_key key;
    struct task *task;
    struct task *owner; /* of the lock it waits for (futex_pi.c); NULL: a plain waiter */
    struct list lock;   /* futex_pi.c: among all that wait for a lock */
    uaddr_t address;    /* futex_pi.c: the word, in the task's own space */
    uint32_t bits;
    bool woken;
};

/* futex_key - what the word at an address of the current process is known by. 0, -EINVAL: not aligned, -EFAULT. */
int futex_key(struct futex_key *key, uaddr_t address, bool private);

/* futex_enqueue - the waiter, its key set, joins those that wait. list_remove(&waiter->node) takes it out. */
void futex_enqueue(struct futex_waiter *waiter);

/* futex_next - the next waiter for the key after `from` (NULL: the first); NULL: none. */
struct futex_waiter *futex_next(const struct futex_key *key, struct futex_waiter *from);

/* futex_wake_waiter - takes it out and ends its wait. */
void futex_wake_waiter(struct futex_waiter *waiter);

/* futex_deadline - the deadline that a timeout at an address means; 0: NO_DEADLINE. 0, -EFAULT or -EINVAL. */
int futex_deadline(uint64_t *deadline, uaddr_t timeout, bool absolute, bool realtime);

/* futex_pi.c: FUTEX_LOCK_PI and its like. try: FUTEX_TRYLOCK_PI. */
int64_t futex_lock_pi(uaddr_t address, bool private, uint64_t deadline, bool try);
int64_t futex_unlock_pi(uaddr_t address, bool private);
