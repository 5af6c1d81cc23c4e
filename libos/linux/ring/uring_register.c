/* SPDX-License-Identifier: MIT */
/*
 * uring_register.c - what a program deposits with an io_uring: files, buffers, an eventfd; and what it may ask.
 *
 * Registered files are held by the ring; buffers are checked when they are used, not pinned: the program's
 * memory does not move.
 */
#include "libos/linux/ring/uring.h"
#include "libos/linux/call/call.h"
#include "libos/linux/user.h"
#include <linux/uio.h>

#define FILES_MAX   32768u
#define BUFFERS_MAX 16384u

static int64_t files_register(struct uring *ring, uaddr_t list, uint32_t count)
{
    int64_t error = 0;

    if (ring->file)
        return -EBUSY;
    if (!count || count > FILES_MAX)
        return count ? -EMFILE : -EINVAL;
    ring->file = heap_zalloc(count * sizeof(struct file *));
    if (!ring->file)
        return -ENOMEM;
    ring->file_count = count;
    for (uint32_t i = 0; i < count && !error; i++) {
        uint32_t fd;

        error = get_user_u32(&fd, list + i * 4);
        if (error || (int)fd == -1)
            continue;
        ring->file[i] = fd_get((int)fd);
        if (!ring->file[i] || is_uring(ring->file[i]))
            error = -EBADF; /* a ring in itself would never end */
    }
    return error;
}

static int64_t files_unregister(struct uring *ring)
{
    if (!ring->file)
        return -ENXIO;
    for (uint32_t i = 0; i < ring->file_count; i++)
        if (ring->file[i])
            file_drop(ring->file[i]);
    heap_free(ring->file);
    ring->file = NULL;
    ring->file_count = 0;
    return 0;
}

static int64_t files_update(struct uring *ring, uaddr_t argument, uint32_t count)
{
    struct io_uring_files_update update;
    uint32_t done = 0;

    if (copy_from_user(&update, argument, sizeof update))
        return -EFAULT;
    if (!ring->file)
        return -ENXIO;
    if (update.resv || !count || update.offset + count < count ||
        update.offset + count > ring->file_count)
        return -EINVAL;
    for (; done < count; done++) {
        struct file **slot = &ring->file[update.offset + done];
        struct file *file = NULL;
        uint32_t fd;

        if (get_user_u32(&fd, update.fds + done * 4))
            return done ? (int64_t)done : -EFAULT;
        if ((int)fd == IORING_REGISTER_FILES_SKIP)
            continue;
        if ((int)fd != -1) {
            file = fd_get((int)fd);
            if (!file || is_uring(file)) {
                if (file)
                    file_drop(file);
                return done ? (int64_t)done : -EBADF;
            }
        }
        if (*slot)
            file_drop(*slot);
        *slot = file;
    }
    return done;
}

static int64_t buffers_register(struct uring *ring, uaddr_t list, uint32_t count)
{
    if (ring->buffer)
        return -EBUSY;
    if (!count || count > BUFFERS_MAX)
        return -EINVAL;
    ring->buffer = heap_alloc(count * sizeof *ring->buffer);
    if (!ring->buffer)
        return -ENOMEM;
    if (copy_from_user(ring->buffer, list, count * sizeof *ring->buffer)) {
        heap_free(ring->buffer);
        ring->buffer = NULL;
        return -EFAULT;
    }
    ring->buffer_count = count;
    return 0;
}

static int64_t buffers_unregister(struct uring *ring)
{
    if (!ring->buffer)
        return -ENXIO;
    heap_free(ring->buffer);
    ring->buffer = NULL;
    ring->buffer_count = 0;
    return 0;
}

static int64_t eventfd_register(struct uring *ring, uaddr_t argument, uint32_t count)
{
    uint32_t fd;
    struct file *file;

    if (count != 1)
        return -EINVAL;
    if (ring->eventfd)
        return -EBUSY;
    if (get_user_u32(&fd, argument))
        return -EFAULT;
    file = fd_get((int)fd);
    if (!file || !is_eventfd(file)) {
        if (file)
            file_drop(file);
        return file ? -EINVAL : -EBADF;
    }
    ring->eventfd = file;
    return 0;
}

static int64_t probe(uaddr_t argument, uint32_t count)
{
    struct io_uring_probe head;

    if (count > 256)
        return -EINVAL;
    if (copy_from_user(&head, argument, sizeof head))
        return -EFAULT;
    if (head.last_op || head.ops_len || head.resv || head.resv2[0] || head.resv2[1] ||
        head.resv2[2])
        return -EINVAL;
    count = min_of(count, (uint32_t)IORING_OP_LAST);
    head.last_op = IORING_OP_LAST - 1;
    head.ops_len = (uint8_t)count;
    if (copy_to_user(argument, &head, sizeof head))
        return -EFAULT;
    for (uint32_t i = 0; i < count; i++) {
        struct io_uring_probe_op op = {.op = (uint8_t)i,
                                       .flags = uring_op_known(i) ? IO_URING_OP_SUPPORTED : 0};

        if (copy_to_user(argument + sizeof head + i * sizeof op, &op, sizeof op))
            return -EFAULT;
    }
    return 0;
}

int64_t uring_control(struct uring *ring, uint32_t operation, uaddr_t argument, uint32_t count)
{
    int64_t result;

    switch (operation) {
    case IORING_REGISTER_BUFFERS:
        return buffers_register(ring, argument, count);
    case IORING_UNREGISTER_BUFFERS:
        return argument || count ? -EINVAL : buffers_unregister(ring);
    case IORING_REGISTER_FILES:
        result = files_register(ring, argument, count);
        if (result && result != -EBUSY && ring->file)
            (void)files_unregister(ring);
        return result;
    case IORING_UNREGISTER_FILES:
        return argument || count ? -EINVAL : files_unregister(ring);
    case IORING_REGISTER_FILES_UPDATE:
        return files_update(ring, argument, count);
    case IORING_REGISTER_EVENTFD:
    case IORING_REGISTER_EVENTFD_ASYNC:
        return eventfd_register(ring, argument, count);
    case IORING_UNREGISTER_EVENTFD:
        if (argument || count)
            return -EINVAL;
        if (!ring->eventfd)
            return -ENXIO;
        file_drop(ring->eventfd);
        ring->eventfd = NULL;
        return 0;
    case IORING_REGISTER_PROBE:
        return probe(argument, count);
    case IORING_REGISTER_ENABLE_RINGS:
        if (argument || count)
            return -EINVAL;
        if (!ring->disabled)
            return -EBADFD;
        ring->disabled = false;
        return 0;
    default:
        return unimplemented(-EINVAL, "io_uring_register operation %u", operation);
    }
}
