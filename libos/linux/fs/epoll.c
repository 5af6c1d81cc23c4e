/* SPDX-License-Identifier: MIT */
/*
 * epoll.c - waiting for many files.
 *
 * An item is the interest of one epoll in one (descriptor, file). It stays in the wait queues of
 * its file with a notify function that puts it on the epoll's ready list, so a wait looks only at
 * files that something happened to.
 *
 * Invariants:
 *   1. An item is in its epoll's table, and in its file's chain (file->epoll_items) until either of
 * them ends.
 *   2. An item of level-triggered interest that was ready when last looked at is on the ready list.
 * The list may hold items that are not ready any more: epoll_wait asks each again.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/fs/poll.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/time/clock.h"
#include <linux/eventpoll.h>
#include <linux/poll.h>

#define ITEM_QUEUES   4 /* wait queues that one file may name */
#define TABLE_START   16
#define NESTING_LIMIT 5
#define EVENTS_MAX    ((uint64_t)INT32_MAX / sizeof(struct epoll_event))
#define EXCLUSIVE_BITS                                                                             \
    (EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE)
#define PRIVATE_BITS (EPOLLET | EPOLLONESHOT | EPOLLWAKEUP | EPOLLEXCLUSIVE)

struct item {
    struct item *next;      /* in the bucket */
    struct item *file_next; /* in the file's chain */
    struct list ready;
    struct epoll *epoll;
    struct file *file; /* not held: epoll_forget tells of its end */
    int fd;
    struct epoll_event event;
    uint32_t queues;
    bool failed; /* more than ITEM_QUEUES */
    struct poll_wait wait;
    struct watch {
        struct waiter waiter; /* first */
        struct item *item;
        uint32_t events; /* that the queue is woken for */
    } watch[ITEM_QUEUES];
};

struct epoll {
    struct waitq wait;
    struct list ready;
    struct item **bucket;
    uint32_t mask;
    uint32_t count;
};

static const struct file_ops epoll_ops;

static struct item **find(struct epoll *epoll, int fd, const struct file *file)
{
    struct item **link = &epoll->bucket[(uint32_t)fd & epoll->mask];

    while (*link && ((*link)->fd != fd || (*link)->file != file))
        link = &(*link)->next;
    return link;
}

/* Twice as many buckets; without memory the table stays as it is, only slower. */
static void table_grow(struct epoll *epoll)
{
    uint32_t buckets = (epoll->mask + 1) * 2;
    struct item **bucket = heap_zalloc(buckets * sizeof *bucket);

    if (!bucket)
        return;
    for (uint32_t i = 0; i <= epoll->mask; i++) {
        struct item *item = epoll->bucket[i];
        while (item) {
            struct item *next = item->next;
            item->next = bucket[(uint32_t)item->fd & (buckets - 1)];
            bucket[(uint32_t)item->fd & (buckets - 1)] = item;
            item = next;
        }
    }
    heap_free(epoll->bucket);
    epoll->bucket = bucket;
    epoll->mask = buckets - 1;
}

static void make_ready(struct item *item)
{
    if (list_empty(&item->ready))
        list_add_tail(&item->epoll->ready, &item->ready);
    waitq_wake(&item->epoll->wait);
}

static void item_notify(struct waiter *waiter)
{
    struct watch *watch = (struct watch *)waiter;
    struct item *item = watch->item;

    if (item->event.events & ~(uint32_t)PRIVATE_BITS & watch->events)
        make_ready(item);
}

static void item_add_queue(struct poll_wait *wait, struct waitq *queue, uint32_t events)
{
    struct item *item = container_of(wait, struct item, wait);
    struct watch *watch;

    if (item->queues == ITEM_QUEUES) {
        item->failed = true;
        return;
    }
    watch = &item->watch[item->queues++];
    waiter_init(&watch->waiter);
    watch->waiter.notify = item_notify;
    watch->item = item;
    watch->events = events;
    wait_add(queue, &watch->waiter);
}

static uint32_t item_poll(struct item *item)
{
    return item->file->ops->poll(item->file, NULL) & (item->event.events & ~(uint32_t)PRIVATE_BITS);
}

/* Ends the item; it is out of its bucket already. */
static void item_free(struct item *item)
{
    struct item **link = (struct item **)&item->file->epoll_items;

    while (*link && *link != item)
        link = &(*link)->file_next;
    if (*link)
        *link = item->file_next;
    for (uint32_t i = 0; i < item->queues; i++)
        wait_remove(&item->watch[i].waiter);
    list_remove(&item->ready);
    item->epoll->count--;
    heap_free(item);
}

void epoll_forget(struct file *file)
{
    while (file->epoll_items) {
        struct item *item = file->epoll_items;
        struct item **link = find(item->epoll, item->fd, file);
        *link = item->next;
        item_free(item);
    }
}

static void epoll_release(struct file *file)
{
    struct epoll *epoll = file->state;

    for (uint32_t i = 0; i <= epoll->mask; i++) {
        while (epoll->bucket[i]) {
            struct item *item = epoll->bucket[i];
            epoll->bucket[i] = item->next;
            item_free(item);
        }
    }
    heap_free(epoll->bucket);
    heap_free(epoll);
}

static uint32_t epoll_poll(struct file *file, struct poll_wait *wait)
{
    struct epoll *epoll = file->state;

    poll_wait_add(wait, &epoll->wait);
    list_for_each (node, &epoll->ready)
        if (item_poll(list_item(node, struct item, ready)))
            return POLLIN | POLLRDNORM;
    return 0;
}

static const struct file_ops epoll_ops = {
    .seek = file_seek_nowhere, .poll = epoll_poll, .release = epoll_release};

/* Depth of epolls below file, `limit` when there is a circle through `top` or it is too deep.
 * Bounded recursion. */
static int depth(const struct file *file, const struct file *top, int limit)
{
    const struct epoll *epoll = file->state;
    int deepest = 0;

    if (file->ops != &epoll_ops)
        return 0;
    if (file == top || limit == 0)
        return NESTING_LIMIT;
    for (uint32_t i = 0; i <= epoll->mask; i++) {
        for (const struct item *item = epoll->bucket[i]; item; item = item->next) {
            int below = depth(item->file, top, limit - 1);
            deepest = max_of(deepest, below);
        }
    }
    return deepest + 1;
}

static int item_add(struct epoll *epoll, int fd, struct file *file, const struct epoll_event *event)
{
    struct item *item = heap_zalloc(sizeof *item);
    uint32_t bucket;

    if (!item)
        return -ENOMEM;
    if (epoll->count > epoll->mask)
        table_grow(epoll);
    bucket = (uint32_t)fd & epoll->mask;
    item->epoll = epoll;
    item->file = file;
    item->fd = fd;
    item->event = *event;
    item->event.events |= EPOLLERR | EPOLLHUP;
    item->wait.add = item_add_queue;
    list_init(&item->ready);
    item->next = epoll->bucket[bucket];
    epoll->bucket[bucket] = item;
    item->file_next = file->epoll_items;
    file->epoll_items = item;
    epoll->count++;
    if (file->ops->poll(file, &item->wait) & item->event.events & ~(uint32_t)PRIVATE_BITS)
        make_ready(item);
    if (item->failed) {
        epoll->bucket[bucket] = item->next;
        item_free(item);
        return unimplemented(-ENOSPC, "epoll of a file with more than %d wait queues", ITEM_QUEUES);
    }
    return 0;
}

static int control(struct file *file, struct epoll *epoll, uint32_t operation, int fd,
                   struct file *target, const struct epoll_event *event)
{
    struct item **link = find(epoll, fd, target);
    struct item *item = *link;

    switch (operation) {
    case EPOLL_CTL_ADD:
        if ((event->events & EPOLLEXCLUSIVE) &&
            ((event->events & ~(uint32_t)EXCLUSIVE_BITS) || target->ops == &epoll_ops))
            return -EINVAL;
        if (item)
            return -EEXIST;
        if (target->ops == &epoll_ops && depth(target, file, NESTING_LIMIT) >= NESTING_LIMIT)
            return -ELOOP;
        return item_add(epoll, fd, target, event);
    case EPOLL_CTL_DEL:
        if (!item)
            return -ENOENT;
        *link = item->next;
        item_free(item);
        return 0;
    case EPOLL_CTL_MOD:
        if (!item)
            return -ENOENT;
        if ((item->event.events | event->events) & EPOLLEXCLUSIVE)
            return -EINVAL;
        item->event = *event;
        item->event.events |= EPOLLERR | EPOLLHUP;
        if (item_poll(item))
            make_ready(item);
        return 0;
    default:
        return -EINVAL;
    }
}

int64_t lx_epoll_ctl(uint64_t epoll_fd, uint64_t operation, uint64_t fd, uint64_t address)
{
    struct epoll_event event = {0};
    struct file *file;
    struct file *target;
    int error = 0;

    if (operation != EPOLL_CTL_DEL && copy_from_user(&event, address, sizeof event))
        return -EFAULT;
    file = fd_get((int)epoll_fd);
    if (!file)
        return -EBADF;
    target = fd_get((int)fd);
    if (!target)
        error = -EBADF;
    else if (!target->ops->poll)
        error = -EPERM;
    else if (file == target || file->ops != &epoll_ops)
        error = -EINVAL;
    else
        error = control(file, file->state, (uint32_t)operation, (int)fd, target, &event);
    if (target)
        file_drop(target);
    file_drop(file);
    return error;
}

/* Reports up to max ready items; level-triggered ones go back to the end of the list. */
static int64_t collect(struct epoll *epoll, uaddr_t events, uint64_t max)
{
    struct list *stop = epoll->ready.previous; /* look at each item once */
    int64_t done = 0;

    if (stop == &epoll->ready)
        return 0;
    while (!list_empty(&epoll->ready) && (uint64_t)done < max) {
        struct item *item = list_item(epoll->ready.next, struct item, ready);
        bool last = &item->ready == stop;
        uaddr_t to = events + (uint64_t)done * sizeof(struct epoll_event);
        uint32_t found = item_poll(item);

        if (found && !give_words(to, found, item->event.data))
            return done ? done : -EFAULT;
        done += found != 0;
        if (found && item->event.events & EPOLLONESHOT)
            item->event.events &= PRIVATE_BITS;
        else if (found && !(item->event.events & EPOLLET) && last && epoll->ready.next == stop)
            break; /* it is where it belongs */
        list_remove(&item->ready);
        if (found && !(item->event.events & (EPOLLONESHOT | EPOLLET)))
            list_add_tail(&epoll->ready, &item->ready);
        if (last)
            break;
    }
    return done;
}

static int64_t epoll_sleep(struct epoll *epoll, uaddr_t events, uint64_t max, uint64_t deadline)
{
    struct waiter waiter;
    int64_t done = collect(epoll, events, max);
    int error;

    if (done || !deadline)
        return done;
    waiter_init(&waiter);
    do {
        wait_add(&epoll->wait, &waiter);
        error = task_sleep(deadline);
        done = collect(epoll, events, max);
    } while (!done && !error);
    wait_remove(&waiter);
    if (!done && error && error != -ETIMEDOUT)
        return error == -ERESTARTSYS ? -EINTR : error;
    return done;
}

/* deadline 0: does not wait. */
static int64_t epoll_wait_until(uint64_t epoll_fd, uint64_t events, uint64_t max, uint64_t deadline)
{
    struct file *file;
    int64_t done;

    if ((int32_t)max <= 0 || (uint32_t)max > EVENTS_MAX)
        return -EINVAL;
    if (!user_range_ok(events, (uint32_t)max * sizeof(struct epoll_event)))
        return -EFAULT;
    file = fd_get((int)epoll_fd);
    if (!file)
        return -EBADF;
    done = file->ops == &epoll_ops ? epoll_sleep(file->state, events, (uint32_t)max, deadline)
                                   : -EINVAL;
    file_drop(file);
    return done;
}

int64_t lx_epoll_wait(uint64_t epoll_fd, uint64_t events, uint64_t max, uint64_t timeout)
{
    int32_t ms = (int32_t)timeout;

    return epoll_wait_until(epoll_fd, events, max,
                            ms < 0    ? NO_DEADLINE
                            : ms == 0 ? 0
                                      : deadline_after((uint64_t)ms * 1000000));
}

int64_t lx_epoll_pwait2(uint64_t epoll_fd, uint64_t events, uint64_t max, uint64_t timeout,
                        uint64_t mask, uint64_t bytes)
{
    uint64_t deadline = NO_DEADLINE;
    uint64_t ns = 0;
    int64_t done = timeout ? duration_from_user(&ns, timeout) : 0;

    if (done)
        return done;
    if (timeout)
        deadline = ns ? deadline_after(ns) : 0;
    done = signal_mask_borrow(mask, bytes);
    if (done)
        return done;
    done = epoll_wait_until(epoll_fd, events, max, deadline);
    if (mask)
        signal_mask_return(done);
    return done;
}

static __attribute__((noinline)) int64_t wait_masked(uint64_t epoll_fd, uint64_t events,
                                                     uint64_t max, uint64_t timeout, uint64_t mask,
                                                     uint64_t bytes)
{
    int64_t done = signal_mask_borrow(mask, bytes);

    if (done)
        return done;
    done = lx_epoll_wait(epoll_fd, events, max, timeout);
    signal_mask_return(done);
    return done;
}

int64_t lx_epoll_pwait(uint64_t epoll_fd, uint64_t events, uint64_t max, uint64_t timeout,
                       uint64_t mask, uint64_t bytes)
{
    return mask ? wait_masked(epoll_fd, events, max, timeout, mask, bytes)
                : lx_epoll_wait(epoll_fd, events, max, timeout);
}

int64_t lx_epoll_create1(uint64_t flags)
{
    struct epoll *epoll;
    struct file *file;
    int fd;

    if (flags & ~(uint64_t)O_CLOEXEC)
        return -EINVAL;
    epoll = heap_zalloc(sizeof *epoll);
    if (!epoll)
        return -ENOMEM;
    waitq_init(&epoll->wait);
    list_init(&epoll->ready);
    epoll->mask = TABLE_START - 1;
    epoll->bucket = heap_zalloc(TABLE_START * sizeof *epoll->bucket);
    file =
        epoll->bucket ? file_anonymous(&epoll_ops, O_RDWR, "anon_inode:[eventpoll]", epoll) : NULL;
    if (!file) {
        heap_free(epoll->bucket);
        heap_free(epoll);
        return -ENOMEM;
    }
    fd = fd_install(file, flags, 0);
    if (fd < 0)
        file_drop(file);
    return fd;
}

int64_t lx_epoll_create(uint64_t size)
{
    return (int32_t)size <= 0 ? -EINVAL : lx_epoll_create1(0);
}
