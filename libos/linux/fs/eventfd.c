/* SPDX-License-Identifier: MIT */
/*
 * eventfd.c - counters that one waits for like for a file.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include <linux/poll.h>

#define EFD_SEMAPHORE 1u
#define COUNT_MAX     (UINT64_MAX - 1)

struct eventfd {
    uint64_t count;
    bool semaphore;
    struct waitq wait;
};

static __attribute__((noinline)) int eventfd_sleep(struct file *file, struct eventfd *event)
{
    struct waiter waiter;
    int error;

    if (file->flags & O_NONBLOCK)
        return -EAGAIN;
    waiter_init(&waiter);
    wait_add(&event->wait, &waiter);
    error = task_sleep(NO_DEADLINE);
    wait_remove(&waiter);
    return error;
}

static int64_t eventfd_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct eventfd *event = file->state;
    uint64_t value;

    (void)offset;
    if (bytes < sizeof value)
        return -EINVAL;
    while (!event->count) {
        int error = eventfd_sleep(file, event);
        if (error)
            return error;
    }
    value = event->semaphore ? 1 : event->count;
    event->count -= value;
    waitq_wake(&event->wait);
    return put_user_u64(buffer, value) ? -EFAULT : (int64_t)sizeof value;
}

static int64_t eventfd_write(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct eventfd *event = file->state;
    uint64_t value;

    (void)offset;
    if (bytes < sizeof value)
        return -EINVAL;
    if (get_user_u64(&value, buffer))
        return -EFAULT;
    if (value == UINT64_MAX)
        return -EINVAL;
    while (COUNT_MAX - event->count < value) {
        int error = eventfd_sleep(file, event);
        if (error)
            return error;
    }
    event->count += value;
    waitq_wake(&event->wait);
    return sizeof value;
}

/* The LibOS counts up: what does not fit any more is lost, as with the kernel's own signals. */
void eventfd_signal(struct file *file)
{
    struct eventfd *event = file->state;

    event->count += event->count < COUNT_MAX;
    waitq_wake(&event->wait);
}

static uint32_t eventfd_poll(struct file *file, struct poll_wait *wait)
{
    struct eventfd *event = file->state;

    poll_wait_add(wait, &event->wait);
    return (event->count ? POLLIN | POLLRDNORM : 0) |
           (event->count < COUNT_MAX ? POLLOUT | POLLWRNORM : 0);
}

static void eventfd_release(struct file *file)
{
    heap_free(file->state);
}

static const struct file_ops eventfd_ops = {
    .seek = file_seek_nowhere,
    .read = eventfd_read,
    .write = eventfd_write,
    .poll = eventfd_poll,
    .release = eventfd_release,
};

bool is_eventfd(const struct file *file)
{
    return file->ops == &eventfd_ops;
}

int64_t lx_eventfd2(uint64_t value, uint64_t flags)
{
    struct eventfd *event;
    struct file *file;
    int fd;

    if (flags & ~(uint64_t)(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    event = heap_zalloc(sizeof *event);
    if (!event)
        return -ENOMEM;
    event->count = (uint32_t)value;
    event->semaphore = flags & EFD_SEMAPHORE;
    waitq_init(&event->wait);
    file = file_anonymous(&eventfd_ops, O_RDWR | ((uint32_t)flags & O_NONBLOCK),
                          "anon_inode:[eventfd]", event);
    if (!file) {
        heap_free(event);
        return -ENOMEM;
    }
    fd = fd_install(file, flags & O_CLOEXEC, 0);
    if (fd < 0)
        file_drop(file);
    return fd;
}

int64_t lx_eventfd(uint64_t value)
{
    return lx_eventfd2(value, 0);
}
