/* SPDX-License-Identifier: MIT */
/*
 * timerfd.c - timers that are read from a descriptor.
 */
#include "libos/linux/time/clock.h"
#include <asm/fcntl.h>
#include <asm/poll.h>
#include <linux/time.h>
#include <linux/timerfd.h>
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/fs.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"

struct timerfd {
    struct timer timer;
    struct waitq readers;
    int clock;
    bool armed;
    uint64_t deadline_ns; /* scale of now_ns */
    uint64_t interval_ns;
    uint64_t expirations; /* not read yet */
};

static void timerfd_expire(struct timer *timer)
{
    struct timerfd *fd = container_of(timer, struct timerfd, timer);
    uint64_t now = now_ns();
    uint64_t times = 1;

    if (fd->interval_ns) {
        if (now > fd->deadline_ns)
            times += (now - fd->deadline_ns) / fd->interval_ns;
        fd->deadline_ns += times * fd->interval_ns;
        timer_start(&fd->timer, fd->deadline_ns);
    } else {
        fd->armed = false;
    }
    fd->expirations += times;
    waitq_wake(&fd->readers);
}

static int64_t timerfd_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct timerfd *fd = file->state;
    struct waiter waiter;
    int64_t error = 0;

    (void)offset;
    if (bytes < sizeof fd->expirations)
        return -EINVAL;
    waiter_init(&waiter);
    while (!fd->expirations && !error) {
        wait_add(&fd->readers, &waiter);
        error = file->flags & O_NONBLOCK ? -EAGAIN : task_sleep(NO_DEADLINE);
    }
    wait_remove(&waiter);
    if (!fd->expirations)
        return error;
    uint64_t expirations = fd->expirations;

    fd->expirations = 0;
    return put_user_u64(buffer, expirations) ? -EFAULT : (int64_t)sizeof expirations;
}

static uint32_t timerfd_poll(struct file *file, struct poll_wait *wait)
{
    struct timerfd *fd = file->state;

    poll_wait_add(wait, &fd->readers);
    return fd->expirations ? POLLIN | POLLRDNORM : 0;
}

static void timerfd_release(struct file *file)
{
    struct timerfd *fd = file->state;

    if (fd->armed)
        timer_stop(&fd->timer);
    heap_free(fd);
}

static const struct file_ops timerfd_ops = {
    .seek = file_seek_nowhere,
    .read = timerfd_read,
    .poll = timerfd_poll,
    .release = timerfd_release,
};

int64_t lx_timerfd_create(uint64_t clock, uint64_t flags)
{
    if (flags & ~(uint64_t)(TFD_CLOEXEC | TFD_NONBLOCK))
        return -EINVAL;
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME &&
        clock != CLOCK_REALTIME_ALARM && clock != CLOCK_BOOTTIME_ALARM)
        return -EINVAL;
    struct timerfd *fd = heap_zalloc(sizeof *fd);

    if (!fd)
        return -ENOMEM;
    struct file *file = file_anonymous(
        &timerfd_ops, O_RDWR | (flags & TFD_NONBLOCK ? O_NONBLOCK : 0), "anon_inode:[timerfd]", fd);

    if (!file) {
        heap_free(fd);
        return -ENOMEM;
    }
    fd->clock = (int)clock;
    list_init(&fd->timer.node);
    fd->timer.expire = timerfd_expire;
    waitq_init(&fd->readers);
    int number = fd_install(file, flags & TFD_CLOEXEC, 0);

    if (number < 0)
        file_drop(file);
    return number;
}

/* A held file that is a timer; NULL with *error set. */
static struct file *timerfd_get(uint64_t number, int64_t *error)
{
    struct file *file = fd_get((int)number);

    *error = file ? -EINVAL : -EBADF;
    if (file && file->ops != &timerfd_ops) {
        file_drop(file);
        return NULL;
    }
    return file;
}

struct timerfd_times {
    uint64_t interval[2];
    uint64_t value[2];
};

static void timerfd_show(const struct timerfd *fd, struct timerfd_times *out)
{
    uint64_t now = now_ns();
    uint64_t left = fd->armed ? (fd->deadline_ns > now ? fd->deadline_ns - now : 1) : 0;

    out->interval[0] = fd->interval_ns / NS_PER_SECOND;
    out->interval[1] = fd->interval_ns % NS_PER_SECOND;
    out->value[0] = left / NS_PER_SECOND;
    out->value[1] = left % NS_PER_SECOND;
}

int64_t lx_timerfd_settime(uint64_t number, uint64_t flags, uint64_t new, uint64_t old)
{
    struct timerfd_times out;
    uint64_t interval;
    uint64_t value;
    int64_t error;

    if (flags & ~(uint64_t)(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET))
        return -EINVAL;
    error = duration_from_user(&interval, new);
    if (!error)
        error = duration_from_user(&value, new + offsetof(struct timerfd_times, value));
    if (error)
        return error;
    struct file *file = timerfd_get(number, &error);

    if (!file)
        return error;
    struct timerfd *fd = file->state;

    timerfd_show(fd, &out);
    if (fd->armed)
        timer_stop(&fd->timer);
    fd->armed = value != 0;
    fd->interval_ns = interval;
    fd->expirations = 0;
    if (value) {
        fd->deadline_ns =
            flags & TFD_TIMER_ABSTIME ? deadline_of(fd->clock, value) : deadline_after(value);
        timer_start(&fd->timer, fd->deadline_ns);
    }
    file_drop(file);
    return old ? copy_to_user(old, &out, sizeof out) : 0;
}

int64_t lx_timerfd_gettime(uint64_t number, uint64_t value)
{
    struct timerfd_times out;
    int64_t error;
    struct file *file = timerfd_get(number, &error);

    if (!file)
        return error;
    timerfd_show(file->state, &out);
    file_drop(file);
    return copy_to_user(value, &out, sizeof out);
}
