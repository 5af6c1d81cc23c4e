/* SPDX-License-Identifier: MIT */
/*
 * futex_pi.c - locks that have an owner: FUTEX_LOCK_PI and its like, robust lists, and what a dying task leaves.
 *
 * The word holds the owner's thread id, FUTEX_WAITERS when somebody waits, FUTEX_OWNER_DIED when the last owner ended
 * without unlocking. Unlocking with waiters hands the lock to the first of them: the word says so before it wakes.
 * LIMIT: the scheduler knows no priorities, so there is none to inherit; waiters are served in their order.
 * Source: futex(2), get_robust_list(2), "The robust futex ABI" in Linux's documentation.
 */
#include "libos/linux/call/futex.h"
#include "libos/linux/call/futex_queue.h"
#include "libos/linux/mm/mm.h"
#include "libos/linux/user.h"
#include <linux/futex.h>

#define ROBUST_LIMIT 2048 /* entries looked at: the list is the program's and may be a circle */

static struct list waiting = {&waiting, &waiting}; /* of futex_waiter.lock */

/* Compare and exchange until it is done: *word is what was there. */
static int word_set(uaddr_t address, uint32_t *word, uint32_t value)
{
    uint32_t seen = *word;
    int error = exchange_user_u32(address, &seen, value);

    if (error)
        return error;
    if (seen == *word)
        return 0;
    *word = seen;
    return -EAGAIN;
}

/* Gets the lock if nobody has it. 1: it is ours; 0: *owner has it; -EAGAIN: the word has just changed; else an error. */
static int lock_atomic(uaddr_t address, const struct futex_key *key, struct task **owner)
{
    struct futex_waiter *first = futex_next(key, NULL);
    uint32_t self = (uint32_t)current()->tid;
    uint32_t word;

    if (get_user_u32(&word, address))
        return -EFAULT;
    if ((word & FUTEX_TID_MASK) == self)
        return -EDEADLK;
    if (first) {
        if (!first->owner)
            return -EINVAL;
        *owner = first->owner;
        return (word & FUTEX_TID_MASK) == (uint32_t)first->owner->tid ? 0 : -EINVAL;
    }
    if (!(word & FUTEX_TID_MASK)) {
        int error = word_set(address, &word, (word & FUTEX_OWNER_DIED) | self);

        return error ? error : 1;
    }
    *owner = task_find(0, (int)(word & FUTEX_TID_MASK));
    return *owner && !(*owner)->ending ? 0 : -ESRCH;
}

static int waiters_set(uaddr_t address)
{
    uint32_t word;

    if (get_user_u32(&word, address))
        return -EFAULT;
    if (!(word & FUTEX_TID_MASK))
        return -EAGAIN; /* unlocked meanwhile */
    return word & FUTEX_WAITERS ? 0 : word_set(address, &word, word | FUTEX_WAITERS);
}

static int64_t wait_for_owner(struct futex_waiter *waiter, uint64_t deadline)
{
    int64_t error = 0;

    futex_enqueue(waiter);
    list_add_tail(&waiting, &waiter->lock);
    while (!waiter->woken && !error)
        error = deadline <= now_ns() ? -ETIMEDOUT : task_sleep(deadline);
    list_remove(&waiter->lock);
    list_remove(&waiter->node);
    if (waiter->woken)
        return 0;
    return error == -ERESTARTSYS ? -ERESTARTNOINTR : error;
}

int64_t futex_lock_pi(uaddr_t address, bool private, uint64_t deadline, bool try)
{
    struct futex_waiter waiter = {.task = current(), .address = address};
    int error = futex_key(&waiter.key, address, private);

    if (error)
        return error;
    for (;;) { /* again only when another thread has just changed the word */
        error = lock_atomic(address, &waiter.key, &waiter.owner);
        if (error == 0 && try)
            return -EAGAIN;
        if (error == 0)
            error = waiters_set(address);
        if (error == 0)
            return wait_for_owner(&waiter, deadline);
        if (error != -EAGAIN)
            return error == 1 ? 0 : error;
    }
}

/* The first waiter becomes the owner; the others now wait for it. */
static int hand_over(struct futex_waiter *first, uaddr_t address, uint32_t *word, uint32_t flags)
{
    struct task *heir = first->task;
    int error = word_set(address, word, (uint32_t)heir->tid | FUTEX_WAITERS | flags);

    if (error)
        return error;
    for (struct futex_waiter *w = first; w; w = futex_next(&first->key, w))
        w->owner = heir;
    futex_wake_waiter(first);
    return 0;
}

int64_t futex_unlock_pi(uaddr_t address, bool private)
{
    struct futex_key key;
    uint32_t word;
    int error = futex_key(&key, address, private);

    if (error)
        return error;
    if (get_user_u32(&word, address))
        return -EFAULT;
    do {
        if ((word & FUTEX_TID_MASK) != (uint32_t)current()->tid)
            return -EPERM;
        struct futex_waiter *first = futex_next(&key, NULL);

        if (first && !first->owner)
            return -EINVAL;
        error = first ? hand_over(first, address, &word, 0) : word_set(address, &word, 0);
    } while (error == -EAGAIN);
    return error;
}

/* --- The end of a task --------------------------------------------------------------------------------------- */

/* Written through the heir's memory: the dying task need not have the word mapped any more. */
static void inherit_lock(struct futex_waiter *heir)
{
    struct space *back = this_vcpu()->space;
    uint32_t word;
    int error;

    space_switch(heir->task->process->space);
    error = get_user_u32(&word, heir->address);
    while (!error && hand_over(heir, heir->address, &word, FUTEX_OWNER_DIED) == -EAGAIN)
        ;
    space_switch(back);
}

static void locks_leave(const struct task *task)
{
    list_for_each (node, &waiting) {
        struct futex_waiter *waiter = list_item(node, struct futex_waiter, lock);

        if (!waiter->woken && waiter->owner == task && waiter == futex_next(&waiter->key, NULL))
            inherit_lock(waiter);
    }
}

/* One lock of the robust list: if it is the task's, its word says that its owner died, and one waiter hears of it. */
static void robust_leave(const struct task *task, uaddr_t address, bool inheriting, bool pending)
{
    uint32_t word;
    int error;

    if (address % 4 || get_user_u32(&word, address))
        return;
    if (pending && !inheriting && !word) { /* it ended between unlocking and waking */
        futex_wake_address(address, 1);
        return;
    }
    do {
        if ((word & FUTEX_TID_MASK) != (uint32_t)task->tid)
            return;
        error = word_set(address, &word, (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED);
    } while (error == -EAGAIN);
    if (!error && !inheriting && word & FUTEX_WAITERS)
        futex_wake_address(address, 1);
}

static void robust_walk(const struct task *task)
{
    struct robust_list_head head;
    uint64_t entry;
    uint64_t pending;

    if (copy_from_user(&head, task->robust_list, sizeof head))
        return;
    entry = (uint64_t)head.list.next;
    pending = (uint64_t)head.list_op_pending;
    for (int i = 0; i < ROBUST_LIMIT && (entry & ~1ul) != task->robust_list; i++) {
        uint64_t next;
        bool last = get_user_u64(&next, entry & ~1ul) != 0;

        if ((entry & ~1ul) != (pending & ~1ul))
            robust_leave(task, (entry & ~1ul) + (uint64_t)head.futex_offset, entry & 1, false);
        if (last)
            return;
        entry = next;
    }
    if (pending & ~1ul)
        robust_leave(task, (pending & ~1ul) + (uint64_t)head.futex_offset, pending & 1, true);
}

void futex_exit(struct task *task)
{
    if (task->robust_list)
        robust_walk(task);
    task->robust_list = 0;
    locks_leave(task);
}
