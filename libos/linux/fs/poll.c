/* SPDX-License-Identifier: MIT */
/*
 * poll.c - waiting for several files at once: poll and select.
 *
 * Both make an array of struct pollfd and share poll_files. Files are held and stay in the wait
 * queues for the whole call. Small calls (up to FEW files) need no memory of the heap.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/fs/poll.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/time/clock.h"
#include <linux/poll.h>
#include <linux/time_types.h>

#define FEW        8
#define POLL_LIMIT 65536u

struct entry {
    struct waiter waiter;
    struct waitq *queue;
};

struct chunk {
    struct chunk *next;
    uint32_t used;
    struct entry entry[FEW];
};

struct table {
    struct poll_wait wait; /* first: poll_wait_add finds the table by it */
    struct chunk *last;
    struct chunk first;
    bool failed; /* out of memory: a queue is missing */
};

struct poll_wait *poll_wait_add(struct poll_wait *wait, struct waitq *queue)
{
    if (wait)
        wait->add(wait, queue, UINT32_MAX);
    return wait;
}

void poll_wait_add_for(struct poll_wait *wait, struct waitq *queue, uint32_t events)
{
    if (wait)
        wait->add(wait, queue, events);
}

static void table_add(struct poll_wait *wait, struct waitq *queue, uint32_t events)
{
    struct table *table = (struct table *)wait;
    struct entry *entry;

    (void)events;
    if (table->last->used == FEW) {
        struct chunk *chunk = heap_zalloc(sizeof *chunk);
        if (!chunk) {
            table->failed = true;
            return;
        }
        table->last->next = chunk;
        table->last = chunk;
    }
    entry = &table->last->entry[table->last->used++];
    entry->queue = queue;
    waiter_init(&entry->waiter);
    wait_add(queue, &entry->waiter);
}

static void table_init(struct table *table)
{
    table->wait.add = table_add;
    table->last = &table->first;
    table->first.next = NULL;
    table->first.used = 0;
    table->failed = false;
}

/* A wake of one sleeper may have taken an entry off its queue. */
static void table_again(struct table *table)
{
    for (struct chunk *chunk = &table->first; chunk; chunk = chunk->next)
        for (uint32_t i = 0; i < chunk->used; i++)
            wait_add(chunk->entry[i].queue, &chunk->entry[i].waiter);
}

static void table_end(struct table *table)
{
    struct chunk *chunk = &table->first;

    while (chunk) {
        struct chunk *next = chunk->next;
        for (uint32_t i = 0; i < chunk->used; i++)
            wait_remove(&chunk->entry[i].waiter);
        if (chunk != &table->first)
            heap_free(chunk);
        chunk = next;
    }
}

/* One round over the files; returns how many have something to report in revents. */
static int64_t poll_round(struct pollfd *fds, struct file **files, uint32_t count,
                          struct poll_wait *wait)
{
    int64_t ready = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t events = 0;
        if (fds[i].fd < 0) {
            fds[i].revents = 0;
            continue;
        }
        if (!files[i])
            events = POLLNVAL;
        else if (!files[i]->ops->poll)
            events = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
        else
            events = files[i]->ops->poll(files[i], wait);
        fds[i].revents =
            (int16_t)(events & ((uint16_t)fds[i].events | POLLERR | POLLHUP | POLLNVAL));
        if (fds[i].revents) {
            ready++;
            wait = NULL; /* it will not sleep: no need to queue for the others */
        }
    }
    return ready;
}

/* Until something is ready or the deadline (0: do not wait). Count, 0, -ERESTARTNOHAND, -ENOMEM. */
static int64_t poll_files(struct pollfd *fds, uint32_t count, uint64_t deadline_ns)
{
    struct file *few[FEW];
    struct file **files = few;
    struct table table;
    int64_t ready;

    if (count > FEW) {
        files = heap_alloc(count * sizeof *files);
        if (!files)
            return -ENOMEM;
    }
    for (uint32_t i = 0; i < count; i++)
        files[i] = fds[i].fd < 0 ? NULL : fd_get(fds[i].fd);
    table_init(&table);
    ready = poll_round(fds, files, count, deadline_ns ? &table.wait : NULL);
    while (!ready && deadline_ns) {
        int error = table.failed ? -ENOMEM : task_sleep(deadline_ns);
        table_again(&table);
        ready = poll_round(fds, files, count, NULL);
        if (!ready && error == -ETIMEDOUT)
            break;
        if (!ready && error)
            ready = error == -ERESTARTSYS ? -ERESTARTNOHAND : error;
    }
    table_end(&table);
    for (uint32_t i = 0; i < count; i++)
        if (files[i])
            file_drop(files[i]);
    if (files != few)
        heap_free(files);
    return ready;
}

static int64_t poll_user(uaddr_t address, uint64_t count, uint64_t deadline_ns)
{
    struct pollfd few[FEW];
    struct pollfd *fds = few;
    int64_t ready;

    if (count > POLL_LIMIT || count > (uint64_t)files_limit(current()->process->files))
        return -EINVAL;
    if (count > FEW) {
        fds = heap_alloc(count * sizeof *fds);
        if (!fds)
            return -ENOMEM;
    }
    ready = copy_from_user(fds, address, count * sizeof *fds);
    if (!ready)
        ready = poll_files(fds, (uint32_t)count, deadline_ns);
    for (uint64_t i = 0; ready >= 0 && i < count; i++)
        if (copy_to_user(address + i * sizeof *fds + offsetof(struct pollfd, revents),
                         &fds[i].revents, 2))
            ready = -EFAULT;
    if (fds != few)
        heap_free(fds);
    return ready;
}

int64_t lx_poll(uint64_t fds, uint64_t count, uint64_t timeout)
{
    int32_t ms = (int32_t)timeout;
    uint64_t deadline = ms < 0 ? NO_DEADLINE : ms == 0 ? 0 : deadline_after((uint64_t)ms * 1000000);

    return poll_user(fds, count, deadline);
}

/* The deadline that a struct timespec at `address` means (0: none given). */
static int deadline_from(uaddr_t address, uint64_t *deadline)
{
    uint64_t ns;
    int error = 0;

    *deadline = NO_DEADLINE;
    if (!address)
        return 0;
    error = duration_from_user(&ns, address);
    if (!error)
        *deadline = ns ? deadline_after(ns) : 0;
    return error;
}

/* Linux writes back what is left of the timeout; a read-only timeout is no error. */
static void remaining_put(uaddr_t address, uint64_t deadline)
{
    uint64_t now = now_ns();

    if (address && deadline != NO_DEADLINE)
        (void)duration_to_user(address, deadline > now ? deadline - now : 0);
}

int64_t lx_ppoll(uint64_t fds, uint64_t count, uint64_t timeout, uint64_t mask, uint64_t bytes)
{
    uint64_t deadline;
    int64_t ready = deadline_from(timeout, &deadline);

    if (!ready)
        ready = signal_mask_borrow(mask, bytes);
    if (ready)
        return ready;
    ready = poll_user(fds, count, deadline);
    remaining_put(timeout, deadline);
    if (mask)
        signal_mask_return(ready);
    return ready;
}

/* --- select --- */

#define SELECT_WORDS (1024 / 64)
#define SELECT_IN    (POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR)
#define SELECT_OUT   (POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR)

struct select_sets {
    uint64_t in[SELECT_WORDS], out[SELECT_WORDS], except[SELECT_WORDS];
    struct pollfd fds[];
};

static int set_read(uint64_t *to, uaddr_t from, uint64_t bytes)
{
    return from ? copy_from_user(to, from, bytes) : 0;
}

static bool bit(const uint64_t *set, uint32_t fd)
{
    return set[fd / 64] >> (fd % 64) & 1;
}

/* Answers in place: the sets become those of the ready descriptors. Returns the number of bits. */
static int64_t set_answer(struct select_sets *sets, uint32_t used)
{
    struct select_sets *s = sets;
    int64_t bits = 0;

    for (uint32_t i = 0; i < used; i++) {
        uint32_t fd = (uint32_t)s->fds[i].fd;
        uint32_t revents = (uint16_t)s->fds[i].revents;
        uint64_t mask = 1ul << (fd % 64);
        uint64_t *set[3] = {s->in, s->out, s->except};
        const uint32_t want[3] = {SELECT_IN, SELECT_OUT, POLLPRI};
        for (uint32_t k = 0; k < 3; k++) {
            if (!(set[k][fd / 64] & mask))
                continue;
            if (revents & want[k])
                bits++;
            else
                set[k][fd / 64] &= ~mask;
        }
    }
    return bits;
}

static int64_t select_wait(struct select_sets *sets, uint32_t count, uint64_t deadline)
{
    uint32_t used = 0;
    int64_t ready;

    for (uint32_t fd = 0; fd < count; fd++) {
        uint32_t events = (bit(sets->in, fd) ? SELECT_IN : 0) |
                          (bit(sets->out, fd) ? SELECT_OUT : 0) |
                          (bit(sets->except, fd) ? POLLPRI : 0);
        struct file *file;
        if (!events)
            continue;
        file = fd_get((int)fd);
        if (!file)
            return -EBADF;
        file_drop(file);
        sets->fds[used++] = (struct pollfd){.fd = (int)fd, .events = (int16_t)events};
    }
    ready = poll_files(sets->fds, used, deadline);
    return ready < 0 ? ready : set_answer(sets, used);
}

static int64_t select_user(uint64_t count64, uaddr_t in, uaddr_t out, uaddr_t except,
                           uint64_t deadline)
{
    struct select_sets *sets;
    uint32_t count = (uint32_t)count64;
    uint64_t bytes;
    int64_t ready;

    if ((int32_t)count64 < 0)
        return -EINVAL;
    count = min_of(count, SELECT_WORDS * 64u);
    bytes = (uint64_t)(count + 63) / 64 * 8;
    sets = heap_zalloc(sizeof *sets + count * sizeof sets->fds[0]);
    if (!sets)
        return -ENOMEM;
    ready = -EFAULT;
    if (!set_read(sets->in, in, bytes) && !set_read(sets->out, out, bytes) &&
        !set_read(sets->except, except, bytes))
        ready = select_wait(sets, count, deadline);
    if (ready >= 0 && ((in && copy_to_user(in, sets->in, bytes)) ||
                       (out && copy_to_user(out, sets->out, bytes)) ||
                       (except && copy_to_user(except, sets->except, bytes))))
        ready = -EFAULT;
    heap_free(sets);
    return ready;
}

int64_t lx_select(uint64_t count, uint64_t in, uint64_t out, uint64_t except, uint64_t timeout)
{
    uint64_t deadline = NO_DEADLINE;
    int64_t ready;
    int64_t tv[2];

    if (timeout) {
        if (copy_from_user(tv, timeout, sizeof tv))
            return -EFAULT;
        if (tv[0] < 0 || tv[1] < 0)
            return -EINVAL;
        deadline = tv[0] || tv[1]
                       ? deadline_after((uint64_t)tv[0] * NS_PER_SECOND + (uint64_t)tv[1] * 1000)
                       : 0;
    }
    ready = select_user(count, in, out, except, deadline);
    if (timeout && deadline) {
        uint64_t now = now_ns();
        uint64_t left = deadline > now ? deadline - now : 0;
        tv[0] = (int64_t)(left / NS_PER_SECOND);
        tv[1] = (int64_t)(left % NS_PER_SECOND / 1000);
        (void)copy_to_user(timeout, tv, sizeof tv);
    }
    return ready;
}

int64_t lx_pselect6(uint64_t count, uint64_t in, uint64_t out, uint64_t except, uint64_t timeout,
                    uint64_t mask)
{
    uint64_t pair[2] = {0, 0}; /* address of the mask, its size */
    uint64_t deadline;
    int64_t ready = deadline_from(timeout, &deadline);

    if (!ready && mask && copy_from_user(pair, mask, sizeof pair))
        ready = -EFAULT;
    if (!ready)
        ready = signal_mask_borrow(pair[0], pair[1]);
    if (ready)
        return ready;
    ready = select_user(count, in, out, except, deadline);
    remaining_put(timeout, deadline);
    if (pair[0])
        signal_mask_return(ready);
    return ready;
}
