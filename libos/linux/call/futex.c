/* SPDX-License-Identifier: MIT */
/*
 * futex.c - waiting on a word of memory.
 *
 * A word is named by its space and address when it is private, and by its file and offset when it
 * lies in a shared mapping, so that processes that map it at different addresses meet. Checking the
 * word and joining the queue cannot be separated by a wake-up: both happen under the instance lock.
 * LIMIT: priority inheritance and FUTEX_WAKE_OP are not implemented (ENOSYS, logged).
 */
#include "libos/linux/call/futex.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/fs.h"
#include "libos/linux/mm/space.h"
#include "libos/linux/task.h"
#include "libos/linux/time/clock.h"
#include "libos/linux/user.h"
#include <linux/futex.h>
#include <linux/time.h>

#define BUCKETS 256 /* a power of two */

struct futex_key {
    const void *owner; /* space, or inode, or file without one */
    uint64_t place;    /* address, or offset in the file */
};

struct futex_waiter {
    struct list node; /* in its bucket while it waits */
    struct futex_key key;
    struct task *task;
    uint32_t bits;
    bool woken;
};

static struct list buckets[BUCKETS];

static struct list *bucket_of(const struct futex_key *key)
{
    uint64_t hash = ((uint64_t)key->owner >> 4 ^ key->place >> 2) * 0x9e3779b97f4a7c15;
    struct list *bucket = &buckets[hash >> 56];

    if (!bucket->next)
        list_init(bucket);
    return bucket;
}

static bool same_key(const struct futex_key *a, const struct futex_key *b)
{
    return a->owner == b->owner && a->place == b->place;
}

static int key_of(struct futex_key *key, uaddr_t address, bool private)
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

static uint32_t wake(const struct futex_key *key, uint32_t count, uint32_t bits)
{
    struct list *bucket = bucket_of(key);
    uint32_t woken = 0;

    list_for_each_safe (node, bucket) {
        struct futex_waiter *waiter = list_item(node, struct futex_waiter, node);

        if (woken == count)
            break;
        if (!same_key(&waiter->key, key) || !(waiter->bits & bits))
            continue;
        list_remove(node);
        waiter->woken = true;
        task_wake(waiter->task);
        woken++;
    }
    return woken;
}

void futex_wake_address(uaddr_t address, uint32_t count)
{
    struct futex_key key;

    if (key_of(&key, address, true) == 0)
        wake(&key, count, FUTEX_BITSET_MATCH_ANY);
    if (key_of(&key, address, false) == 0 && key.owner != current()->process->space)
        wake(&key, count, FUTEX_BITSET_MATCH_ANY);
}

/* 0, -EAGAIN: the word has another value, -ETIMEDOUT, -ERESTARTSYS. */
static int64_t wait(uaddr_t address, bool private, uint32_t expected, uint32_t bits,
                    uint64_t deadline)
{
    struct futex_waiter waiter = {.task = current(), .bits = bits};
    uint32_t value;
    int64_t error = key_of(&waiter.key, address, private);

    if (error)
        return error;
    if (get_user_u32(&value, address))
        return -EFAULT;
    if (value != expected)
        return -EAGAIN;
    list_add_tail(bucket_of(&waiter.key), &waiter.node);
    while (!waiter.woken && !error)
        error = deadline <= now_ns() ? -ETIMEDOUT : task_sleep(deadline);
    list_remove(&waiter.node);
    return waiter.woken ? 0 : error;
}

/* argument: address, expected | bits << 32, deadline, private */
static int64_t wait_again(struct signal_restart *restart)
{
    int64_t result =
        wait(restart->argument[0], restart->argument[3], (uint32_t)restart->argument[1],
             (uint32_t)(restart->argument[1] >> 32), restart->argument[2]);

    return result == -ERESTARTSYS ? -ERESTART_RESTARTBLOCK : result;
}

static int64_t wait_until(uaddr_t address, bool private, uint32_t expected, uint32_t bits,
                          uint64_t deadline)
{
    struct signal_restart *restart = &current()->sig.restart;

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

static int64_t requeue(uaddr_t from, uaddr_t to, bool private, uint32_t wake_count,
                       uint32_t move_count, const uint32_t *expected)
{
    struct futex_key source;
    struct futex_key target;
    uint32_t value;
    int error = key_of(&source, from, private);

    if (!error)
        error = key_of(&target, to, private);
    if (error)
        return error;
    if ((int)wake_count < 0 || (int)move_count < 0)
        return -EINVAL;
    if (expected) {
        if (get_user_u32(&value, from))
            return -EFAULT;
        if (value != *expected)
            return -EAGAIN;
    }
    uint32_t woken = wake(&source, wake_count, FUTEX_BITSET_MATCH_ANY);
    uint32_t moved = 0;

    list_for_each_safe (node, bucket_of(&source)) {
        struct futex_waiter *waiter = list_item(node, struct futex_waiter, node);

        if (moved == move_count)
            break;
        if (!same_key(&waiter->key, &source) || same_key(&source, &target))
            continue;
        list_remove(node);
        waiter->key = target;
        list_add_tail(bucket_of(&target), node);
        moved++;
    }
    return expected ? woken + moved : woken;
}

static int64_t wait_call(uaddr_t address, uint64_t operation, uint32_t value, uaddr_t timeout,
                         uint32_t bits)
{
    bool private = operation & FUTEX_PRIVATE_FLAG;
    bool absolute = (operation & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
    uint64_t deadline = NO_DEADLINE;

    if (timeout) {
        int error = duration_from_user(&deadline, timeout);

        if (error)
            return error;
        if (!absolute)
            deadline = deadline_after(deadline);
        else if (operation & FUTEX_CLOCK_REALTIME)
            deadline = deadline_of(CLOCK_REALTIME, deadline);
    }
    return wait_until(address, private, value, bits, deadline);
}

int64_t lx_futex(uint64_t address, uint64_t operation, uint64_t value, uint64_t timeout,
                 uint64_t address2, uint64_t value3)
{
    bool private = operation & FUTEX_PRIVATE_FLAG;
    uint32_t expected = (uint32_t)value3;
    struct futex_key key;
    int error;

    switch ((uint32_t)operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
        return wait_call(address, operation, (uint32_t)value, timeout, FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAIT_BITSET:
        return wait_call(address, operation, (uint32_t)value, timeout, (uint32_t)value3);
    case FUTEX_WAKE:
        error = key_of(&key, address, private);
        return error ? (int64_t)error
                     : (int64_t)wake(&key, (uint32_t)max_of((int32_t)value, 1),
                                     FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAKE_BITSET:
        error = value3 ? key_of(&key, address, private) : -EINVAL;
        return error ? (int64_t)error
                     : (int64_t)wake(&key, (uint32_t)max_of((int32_t)value, 1), (uint32_t)value3);
    case FUTEX_REQUEUE:
        return requeue(address, address2, private, (uint32_t)value, (uint32_t)timeout, NULL);
    case FUTEX_CMP_REQUEUE:
        return requeue(address, address2, private, (uint32_t)value, (uint32_t)timeout, &expected);
    default:
        return unimplemented(-ENOSYS, "futex operation %u", (uint32_t)operation & FUTEX_CMD_MASK);
    }
}
