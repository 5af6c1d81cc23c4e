/* SPDX-License-Identifier: MIT */
/*
 * futex.c - waiting on a word of memory.
 *
 * A word is named by its space and address when it is private, and by its file and offset when it
 * lies in a shared mapping, so that processes that map it at different addresses meet. Checking the
 * word and joining the queue cannot be separated by a wake-up: both happen under the instance lock.
 * Not here: locks with an owner (futex_pi.c).
 * LIMIT: FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI are not implemented (ENOSYS, logged).
 * Source: futex(2), futex(7), "futex_waitv" in Linux's user-space API documents.
 */
#include "libos/linux/call/futex.h"
#include "libos/linux/call/futex_queue.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/fs.h"
#include "libos/linux/mm/space.h"
#include "libos/linux/time/clock.h"
#include "libos/linux/user.h"
#include <linux/futex.h>
#include <linux/time.h>

#define BUCKETS 1024 /* a power of two */

static struct list buckets[BUCKETS];

static inline struct list *bucket_of(const struct futex_key *key)
{
    uint64_t hash = ((uint64_t)key->owner >> 4 ^ key->place >> 2) * 0x9e3779b97f4a7c15;
    struct list *bucket = &buckets[hash >> 54];

    if (!bucket->next)
        list_init(bucket);
    return bucket;
}

static bool same_key(const struct futex_key *a, const struct futex_key *b)
{
    return a->owner == b->owner && a->place == b->place;
}

int futex_key(struct futex_key *key, uaddr_t address, bool private)
{
    struct space *space = current()->process->space;

    if (address % 4)
        return -EINVAL;
    if (!user_range_ok(address, 4))
        return -EFAULT;
    key->owner = space;
    key->place = address;
    if (private)
        return 0;
    const struct area *area = area_find(space, address);

    if (!area)
        return -EFAULT;
    if (!(area->flags & AREA_SHARED) || !area->file)
        return 0;
    key->owner = area->file->inode ? (const void *)area->file->inode : area->file;
    key->place = area->offset + (address - area->start);
    return 0;
}

static inline void enqueue(struct futex_waiter *waiter)
{
    list_add_tail(bucket_of(&waiter->key), &waiter->node);
}

void futex_enqueue(struct futex_waiter *waiter)
{
    enqueue(waiter);
}

struct futex_waiter *futex_next(const struct futex_key *key, struct futex_waiter *from)
{
    struct list *bucket = bucket_of(key);
    struct list *node = from ? from->node.next : bucket->next;

    for (; node != bucket; node = node->next) {
        struct futex_waiter *waiter = list_item(node, struct futex_waiter, node);

        if (same_key(&waiter->key, key))
            return waiter;
    }
    return NULL;
}

void futex_wake_waiter(struct futex_waiter *waiter)
{
    list_remove(&waiter->node);
    waiter->woken = true;
    task_wake(waiter->task);
}

int futex_deadline(uint64_t *deadline, uaddr_t timeout, bool absolute, bool realtime)
{
    *deadline = NO_DEADLINE;
    if (!timeout)
        return 0;
    int error = duration_from_user(deadline, timeout);

    if (error)
        return error;
    if (!absolute)
        *deadline = deadline_after(*deadline);
    else if (realtime)
        *deadline = deadline_of(CLOCK_REALTIME, *deadline);
    return 0;
}

/* How many were woken, or -EINVAL: somebody waits there as for a lock with an owner. */
static int64_t wake(const struct futex_key *key, uint32_t count, uint32_t bits)
{
    struct list *bucket = bucket_of(key);
    uint32_t woken = 0;

    if (!count)
        return 0;
    for (struct list *node = bucket->next, *next; node != bucket; node = next) {
        struct futex_waiter *waiter = list_item(node, struct futex_waiter, node);

        next = node->next;
        if (!same_key(&waiter->key, key))
            continue;
        if (waiter->owner)
            return -EINVAL;
        if (!(waiter->bits & bits))
            continue;
        futex_wake_waiter(waiter);
        if (++woken >= count)
            break;
    }
    return woken;
}

void futex_wake_address(uaddr_t address, uint32_t count)
{
    struct futex_key key;

    if (futex_key(&key, address, true) == 0)
        (void)wake(&key, count, FUTEX_BITSET_MATCH_ANY);
    if (futex_key(&key, address, false) == 0 && key.owner != current()->process->space)
        (void)wake(&key, count, FUTEX_BITSET_MATCH_ANY);
}

static int64_t wake_call(uaddr_t address, bool private, uint32_t count, uint32_t bits)
{
    struct futex_key key;
    int error = bits ? futex_key(&key, address, private) : -EINVAL;

    return error ? error : wake(&key, (uint32_t)max_of((int32_t)count, 1), bits);
}

/* --- Waiting ---------------------------------------------------------------------------------------------- */

/* The waiter's key is set, so the address may be read. 0, -EAGAIN: the word has another value, -ETIMEDOUT, -ERESTARTSYS. */
static inline __attribute__((always_inline)) int64_t
wait_inline(struct futex_waiter *waiter, uaddr_t address, uint32_t expected, uint32_t bits,
            uint64_t deadline)
{
    uint32_t value;
    int64_t error;

    USER_LOAD("movl", value, address, fault);
    if (value != expected)
        return -EAGAIN;
    waiter->task = current();
    waiter->owner = NULL;
    waiter->bits = bits;
    waiter->woken = false;
    enqueue(waiter);
    do
        error = deadline != NO_DEADLINE && deadline <= now_ns() ? -ETIMEDOUT : task_sleep(deadline);
    while (!waiter->woken && !error);
    if (waiter->woken) /* and out of the queue */
        return 0;
    list_remove(&waiter->node);
    return error;
fault:
    return -EFAULT;
}

static int64_t wait(uaddr_t address, bool private, uint32_t expected, uint32_t bits,
                    uint64_t deadline)
{
    struct futex_waiter waiter; /* not all of it: the rest is for locks with an owner */
    int64_t error = futex_key(&waiter.key, address, private);

    return error ? error : wait_inline(&waiter, address, expected, bits, deadline);
}

/* What locks and condition variables ask for all the time: a private word, no deadline, any bits. */
static __attribute__((noinline)) int64_t wait_plain(uaddr_t address, uint32_t expected)
{
    struct futex_waiter waiter;

    waiter.key = (struct futex_key){.owner = current()->process->space, .place = address};
    return wait_inline(&waiter, address, expected, FUTEX_BITSET_MATCH_ANY, NO_DEADLINE);
}

static __attribute__((noinline)) int64_t wake_plain(uaddr_t address, int32_t count)
{
    struct futex_key key = {.owner = current()->process->space, .place = address};
    struct list *bucket = bucket_of(&key);

    if (count > 1)
        return wake(&key, (uint32_t)count, FUTEX_BITSET_MATCH_ANY);
    list_for_each (node, bucket) {
        struct futex_waiter *waiter = list_item(node, struct futex_waiter, node);

        if (!same_key(&waiter->key, &key))
            continue;
        if (waiter->owner)
            return -EINVAL;
        futex_wake_waiter(waiter);
        return 1;
    }
    return 0;
}

/* argument: address, expected | bits << 32, deadline, private */
static int64_t wait_again(struct signal_restart *restart)
{
    int64_t result =
        wait(restart->argument[0], restart->argument[3], (uint32_t)restart->argument[1],
             (uint32_t)(restart->argument[1] >> 32), restart->argument[2]);

    return result == -ERESTARTSYS ? -ERESTART_RESTARTBLOCK : result;
}

static int64_t wait_call(uaddr_t address, uint64_t operation, uint32_t expected, uaddr_t timeout,
                         uint32_t bits)
{
    struct signal_restart *restart = &current()->sig.restart;
    bool private = operation & FUTEX_PRIVATE_FLAG;
    bool absolute = (operation & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
    uint64_t deadline;
    int error = futex_deadline(&deadline, timeout, absolute, operation & FUTEX_CLOCK_REALTIME);

    if (error)
        return error;
    if (!bits)
        return -EINVAL;
    if (deadline == NO_DEADLINE)
        return wait(address, private, expected, bits, deadline);
    restart->resume = wait_again;
    restart->argument[0] = address;
    restart->argument[1] = expected | (uint64_t)bits << 32;
    restart->argument[2] = deadline;
    restart->argument[3] = private;
    return wait_again(restart);
}

/* --- Several words ---------------------------------------------------------------------------------------- */

static int64_t requeue(uaddr_t from, uaddr_t to, bool private, uint32_t wake_count,
                       uint32_t move_count, const uint32_t *expected)
{
    struct futex_key source;
    struct futex_key target;
    uint32_t value;
    int error = (int)wake_count < 0 || (int)move_count < 0 ? -EINVAL : 0;

    if (!error)
        error = futex_key(&source, from, private);
    if (!error)
        error = futex_key(&target, to, private);
    if (error)
        return error;
    if (expected) {
        if (get_user_u32(&value, from))
            return -EFAULT;
        if (value != *expected)
            return -EAGAIN;
    }
    int64_t woken = wake(&source, wake_count, FUTEX_BITSET_MATCH_ANY);
    struct futex_waiter *waiter = woken < 0 ? NULL : futex_next(&source, NULL);
    uint32_t moved = 0;

    for (; waiter && moved < move_count; moved++) {
        struct futex_waiter *next = futex_next(&source, waiter);

        if (waiter->owner)
            return -EINVAL;
        if (!same_key(&source, &target)) {
            list_remove(&waiter->node);
            waiter->key = target;
            futex_enqueue(waiter);
        }
        waiter = next;
    }
    return woken < 0 ? woken : woken + moved;
}

/* The word's new value for the operation of FUTEX_WAKE_OP. */
static uint32_t wake_op_value(uint32_t how, uint32_t old, uint32_t argument)
{
    switch (how) {
    case FUTEX_OP_SET:
        return argument;
    case FUTEX_OP_ADD:
        return old + argument;
    case FUTEX_OP_OR:
        return old | argument;
    case FUTEX_OP_ANDN:
        return old & ~argument;
    default:
        return old ^ argument;
    }
}

static bool wake_op_holds(uint32_t how, int32_t old, int32_t argument)
{
    switch (how) {
    case FUTEX_OP_CMP_EQ:
        return old == argument;
    case FUTEX_OP_CMP_NE:
        return old != argument;
    case FUTEX_OP_CMP_LT:
        return old < argument;
    case FUTEX_OP_CMP_LE:
        return old <= argument;
    case FUTEX_OP_CMP_GT:
        return old > argument;
    default:
        return old >= argument;
    }
}

static int64_t wake_op(uaddr_t address, uaddr_t address2, bool private, uint32_t count,
                       uint32_t count2, uint32_t operation)
{
    uint32_t how = operation >> 28 & 7, compare = operation >> 24 & 15;
    int32_t argument = (int32_t)(operation << 8) >> 20;
    int32_t compare_argument = (int32_t)(operation << 20) >> 20;
    struct futex_key first;
    struct futex_key second;
    uint32_t old;
    int error = futex_key(&first, address, private);

    if (!error)
        error = futex_key(&second, address2, private);
    if (error)
        return error;
    if (operation & (uint32_t)FUTEX_OP_OPARG_SHIFT << 28)
        argument = (int32_t)(1u << (argument & 31));
    if (how > FUTEX_OP_XOR)
        return -ENOSYS;
    if (get_user_u32(&old, address2))
        return -EFAULT;
    for (uint32_t seen = old;; old = seen) {
        error = exchange_user_u32(address2, &seen, wake_op_value(how, old, (uint32_t)argument));
        if (error)
            return error;
        if (seen == old)
            break;
    }
    if (compare > FUTEX_OP_CMP_GE)
        return -ENOSYS;
    int64_t woken = wake(&first, (uint32_t)max_of((int32_t)count, 1), FUTEX_BITSET_MATCH_ANY);

    if (woken < 0 || !wake_op_holds(compare, (int32_t)old, compare_argument))
        return woken;
    int64_t more = wake(&second, (uint32_t)max_of((int32_t)count2, 1), FUTEX_BITSET_MATCH_ANY);

    return more < 0 ? more : woken + more;
}

static __attribute__((noinline)) int64_t futex(uint64_t address, uint64_t operation, uint64_t value,
                                               uint64_t timeout, uint64_t address2, uint64_t value3)
{
    uint32_t command = (uint32_t)operation & (uint32_t)FUTEX_CMD_MASK;
    bool private = operation & FUTEX_PRIVATE_FLAG;
    bool realtime = operation & FUTEX_CLOCK_REALTIME;
    uint32_t expected = (uint32_t)value3;
    uint64_t deadline = NO_DEADLINE;
    int error;

    if (realtime && command != FUTEX_WAIT_BITSET && command != FUTEX_WAIT_REQUEUE_PI &&
        command != FUTEX_LOCK_PI2)
        return -ENOSYS;
    switch (command) {
    case FUTEX_WAIT:
        return wait_call(address, operation, (uint32_t)value, timeout, FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAIT_BITSET:
        return wait_call(address, operation, (uint32_t)value, timeout, (uint32_t)value3);
    case FUTEX_WAKE:
        return wake_call(address, private, (uint32_t)value, FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAKE_BITSET:
        return wake_call(address, private, (uint32_t)value, (uint32_t)value3);
    case FUTEX_REQUEUE:
        return requeue(address, address2, private, (uint32_t)value, (uint32_t)timeout, NULL);
    case FUTEX_CMP_REQUEUE:
        return requeue(address, address2, private, (uint32_t)value, (uint32_t)timeout, &expected);
    case FUTEX_WAKE_OP:
        return wake_op(address, address2, private, (uint32_t)value, (uint32_t)timeout,
                       (uint32_t)value3);
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
        error = futex_deadline(&deadline, timeout, true, realtime || command == FUTEX_LOCK_PI);
        return error ? error : futex_lock_pi(address, private, deadline, false);
    case FUTEX_TRYLOCK_PI:
        return futex_lock_pi(address, private, NO_DEADLINE, true);
    case FUTEX_UNLOCK_PI:
        return futex_unlock_pi(address, private);
    default:
        return command > FUTEX_LOCK_PI2 ? -ENOSYS
                                        : unimplemented(-ENOSYS, "futex operation %u", command);
    }
}

int64_t lx_futex(uint64_t address, uint64_t operation, uint64_t value, uint64_t timeout,
                 uint64_t address2, uint64_t value3)
{
    if (address % 4 == 0 && user_range_ok(address, 4)) {
        if (operation == (FUTEX_WAKE | FUTEX_PRIVATE_FLAG))
            return wake_plain(address, (int32_t)value);
        if (operation == (FUTEX_WAIT | FUTEX_PRIVATE_FLAG) && !timeout)
            return wait_plain(address, (uint32_t)value);
    }
    return futex(address, operation, value, timeout, address2, value3);
}

/* --- futex_waitv --------------------------------------------------------------------------------------------- */

/* Queues for each word that still has its value. 0, or the error of the first that has not; then none is queued. */
static int waitv_queue(struct futex_waiter *waiters, uaddr_t from, uint32_t count)
{
    int error = 0;

    for (uint32_t i = 0; i < count && !error; i++) {
        struct futex_waitv word;
        uint32_t value;

        if (copy_from_user(&word, from + i * sizeof word, sizeof word))
            error = -EFAULT;
        else if (word.flags & ~(uint32_t)(FUTEX_32 | FUTEX_PRIVATE_FLAG) ||
                 !(word.flags & FUTEX_32) || word.__reserved)
            error = -EINVAL;
        else
            error = futex_key(&waiters[i].key, word.uaddr, word.flags & FUTEX_PRIVATE_FLAG);
        if (!error && get_user_u32(&value, word.uaddr))
            error = -EFAULT;
        if (!error && value != (uint32_t)word.val)
            error = -EAGAIN;
        if (error)
            break;
        waiters[i].task = current();
        waiters[i].bits = FUTEX_BITSET_MATCH_ANY;
        futex_enqueue(&waiters[i]);
    }
    return error;
}

/* The index of one that was woken, or -1. */
static int waitv_woken(const struct futex_waiter *waiters, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (waiters[i].woken)
            return (int)i;
    return -1;
}

int64_t lx_futex_waitv(uint64_t words, uint64_t count, uint64_t flags, uint64_t timeout,
                       uint64_t clock)
{
    struct futex_waiter *waiters;
    uint64_t deadline = NO_DEADLINE;
    int64_t error = 0;
    int woken = -1;

    if (flags || !count || count > FUTEX_WAITV_MAX || !words)
        return -EINVAL;
    if (timeout) {
        if (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME)
            return -EINVAL;
        error = futex_deadline(&deadline, timeout, true, clock == CLOCK_REALTIME);
    }
    waiters = error ? NULL : heap_zalloc(count * sizeof *waiters);
    if (!waiters)
        return error ? error : -ENOMEM;
    for (uint32_t i = 0; i < count; i++)
        list_init(&waiters[i].node);
    error = waitv_queue(waiters, words, (uint32_t)count);
    while (!error && (woken = waitv_woken(waiters, (uint32_t)count)) < 0)
        error = deadline <= now_ns() ? -ETIMEDOUT : task_sleep(deadline);
    if (woken < 0)
        woken = waitv_woken(waiters, (uint32_t)count);
    for (uint32_t i = 0; i < count; i++)
        list_remove(&waiters[i].node);
    heap_free(waiters);
    return woken >= 0 ? woken : error;
}
