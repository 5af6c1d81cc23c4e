/* SPDX-License-Identifier: MIT */
/*
 * aio.c - the old asynchronous I/O: io_setup and its family.
 *
 * Files are in memory, so reads and writes are done when they are submitted, as Linux does with files that
 * are cached; only IOCB_CMD_POLL waits. A context is an open file that is mapped as one page: its address is
 * the program's handle (the C library looks into it), and it ends with the mapping.
 */
#include "libos/linux/ring/request.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/mm/space.h"
#include "libos/linux/time/clock.h"
#include "libos/linux/user.h"
#include <linux/aio_abi.h>
#include <linux/poll.h>

#define EVENTS_LIMIT 65536u /* /proc/sys/fs/aio-max-nr */

struct done {
    struct list node; /* in context->done or, for a poll that waits, context->waiting */
    struct context *context;
    uint64_t address; /* of the iocb */
    bool finished;    /* in context->done; the observers of a poll may still be there */
    struct io_event event;
    struct file *eventfd; /* held; NULL: none */
    struct poll_request poll;
};

struct context {
    frame_t frame; /* what is mapped: zeros, so that the C library sees no ring in it */
    struct list done, waiting;
    uint32_t pending, limit; /* submitted and not yet collected */
    struct waitq wait;
};

static void done_free(struct done *done)
{
    poll_request_stop(&done->poll);
    list_remove(&done->node);
    if (done->eventfd)
        file_drop(done->eventfd);
    heap_free(done);
}

static void context_release(struct file *file)
{
    struct context *context = file->state;

    while (!list_empty(&context->done))
        done_free(list_item(context->done.next, struct done, node));
    while (!list_empty(&context->waiting))
        done_free(list_item(context->waiting.next, struct done, node));
    frame_drop(context->frame);
    heap_free(context);
}

static int context_page(struct file *file, uint64_t index, bool write, frame_t *out)
{
    struct context *context = file->state;

    (void)write;
    if (index)
        return -EFAULT;
    frame_hold(context->frame);
    *out = context->frame;
    return 0;
}

static const struct file_ops context_ops = {.page = context_page, .release = context_release};

int64_t lx_io_setup(uint64_t count, uint64_t handle)
{
    struct space *space = current()->process->space;
    struct context *context;
    struct file *file;
    uint64_t old;
    int64_t address;

    if (get_user_u64(&old, handle))
        return -EFAULT;
    if (old || !(uint32_t)count)
        return -EINVAL;
    if ((uint32_t)count > EVENTS_LIMIT)
        return -EAGAIN;
    context = heap_zalloc(sizeof *context);
    file = context ? file_new(&context_ops, O_RDWR) : NULL;
    if (!file) {
        heap_free(context);
        return -ENOMEM;
    }
    file->state = context;
    list_init(&context->done);
    list_init(&context->waiting);
    waitq_init(&context->wait);
    context->limit = (uint32_t)count;
    context->frame = frame_alloc_zeroed();
    if (context->frame == NO_FRAME) {
        heap_free(context);
        file->ops = NULL;
        file_drop(file);
        return -ENOMEM;
    }
    address = space_map(space, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    file_drop(file);
    if (address < 0)
        return address;
    if (put_user_u64(handle, (uint64_t)address)) {
        (void)space_unmap(space, (uint64_t)address, PAGE_SIZE);
        return -EFAULT;
    }
    return 0;
}

/* The context's file, held; NULL: no such context. */
static struct file *context_get(uint64_t handle)
{
    struct area *area = area_find(current()->process->space, handle);

    if (!area || area->start != handle || !area->file || area->file->ops != &context_ops)
        return NULL;
    file_hold(area->file);
    return area->file;
}

int64_t lx_io_destroy(uint64_t handle)
{
    struct file *file = context_get(handle);
    int error;

    if (!file)
        return -EINVAL;
    waitq_wake(&((struct context *)file->state)->wait);
    error = space_unmap(current()->process->space, handle, PAGE_SIZE);
    file_drop(file);
    return error;
}

static void complete(struct done *done, int64_t result)
{
    struct context *context = done->context;

    if (done->finished)
        return;
    done->finished = true;
    done->event.res = result;
    list_remove(&done->node);
    list_add_tail(&context->done, &done->node);
    waitq_wake(&context->wait);
    if (done->eventfd)
        eventfd_signal(done->eventfd);
}

static void poll_notify(struct poll_request *request)
{
    struct done *done = container_of(request, struct done, poll);
    uint32_t now = poll_request_now(request);

    if (now)
        complete(done, now);
}

/* What one iocb asks for, done at once; polls: 0 and *waits. */
static int64_t perform(const struct iocb *iocb, struct done *done, bool *waits)
{
    switch (iocb->aio_lio_opcode) {
    case IOCB_CMD_PREAD:
        return lx_pread64(iocb->aio_fildes, iocb->aio_buf, iocb->aio_nbytes,
                          (uint64_t)iocb->aio_offset);
    case IOCB_CMD_PWRITE:
        return lx_pwrite64(iocb->aio_fildes, iocb->aio_buf, iocb->aio_nbytes,
                           (uint64_t)iocb->aio_offset);
    case IOCB_CMD_PREADV:
        return lx_preadv(iocb->aio_fildes, iocb->aio_buf, iocb->aio_nbytes,
                         (uint64_t)iocb->aio_offset, 0);
    case IOCB_CMD_PWRITEV:
        return lx_pwritev(iocb->aio_fildes, iocb->aio_buf, iocb->aio_nbytes,
                          (uint64_t)iocb->aio_offset, 0);
    case IOCB_CMD_FSYNC:
    case IOCB_CMD_FDSYNC:
        return lx_fsync(iocb->aio_fildes);
    default:
        break;
    }
    struct file *file = fd_get((int)iocb->aio_fildes);
    int64_t now = poll_request_start(&done->poll, file, (uint16_t)iocb->aio_buf, poll_notify);

    file_drop(file);
    *waits = now == 0;
    return now;
}

static int iocb_check(const struct iocb *iocb)
{
    struct file *file;
    int error = 0;

    if (iocb->aio_reserved2)
        return -EINVAL;
    file = fd_get((int)iocb->aio_fildes);
    if (!file)
        return -EBADF;
    switch (iocb->aio_lio_opcode) {
    case IOCB_CMD_PREAD:
    case IOCB_CMD_PREADV:
        error = !readable(file) ? -EBADF : !file->ops->read ? -EINVAL : 0;
        break;
    case IOCB_CMD_PWRITE:
    case IOCB_CMD_PWRITEV:
        error = !writable(file) ? -EBADF : !file->ops->write ? -EINVAL : 0;
        break;
    case IOCB_CMD_FSYNC:
    case IOCB_CMD_FDSYNC:
        error =
            iocb->aio_buf || iocb->aio_offset || iocb->aio_nbytes || !file->ops->sync ? -EINVAL : 0;
        break;
    case IOCB_CMD_POLL:
        error = iocb->aio_buf >> 16 || iocb->aio_offset || iocb->aio_nbytes ? -EINVAL : 0;
        break;
    default:
        error = -EINVAL;
    }
    file_drop(file);
    return error;
}

static int submit(struct context *context, uint64_t address)
{
    struct iocb iocb;
    struct done *done;
    bool waits = false;
    int64_t result;
    int error;

    if (copy_from_user(&iocb, address, sizeof iocb))
        return -EFAULT;
    error = iocb_check(&iocb);
    if (error)
        return error;
    if (context->pending >= context->limit)
        return -EAGAIN;
    done = heap_zalloc(sizeof *done);
    if (!done)
        return -EAGAIN;
    list_init(&done->node);
    done->context = context;
    done->address = address;
    done->event.data = iocb.aio_data;
    done->event.obj = address;
    if (iocb.aio_flags & IOCB_FLAG_RESFD) {
        done->eventfd = fd_get((int)iocb.aio_resfd);
        error = !done->eventfd ? -EBADF : !is_eventfd(done->eventfd) ? -EINVAL : 0;
    }
    if (!error && (iocb.aio_flags & ~(uint32_t)(IOCB_FLAG_RESFD | IOCB_FLAG_IOPRIO)))
        error = -EINVAL;
    if (error) {
        done_free(done);
        return error;
    }
    context->pending++;
    list_add_tail(&context->waiting, &done->node);
    result = perform(&iocb, done, &waits);
    if (!waits)
        complete(done, result);
    return 0;
}

int64_t lx_io_submit(uint64_t handle, uint64_t count, uint64_t list)
{
    struct file *file;
    int64_t done = 0;
    int error = 0;

    if ((int64_t)count < 0)
        return -EINVAL;
    file = context_get(handle);
    if (!file)
        return -EINVAL;
    while ((uint64_t)done < count && !error) {
        uint64_t address;

        error = get_user_u64(&address, list + (uint64_t)done * 8);
        if (!error)
            error = submit(file->state, address);
        done += !error;
    }
    file_drop(file);
    return done ? done : error;
}

int64_t lx_io_cancel(uint64_t handle, uint64_t iocb, uint64_t result)
{
    struct file *file = context_get(handle);
    struct context *context;
    int64_t error = -EINVAL;

    (void)result; /* comes as an event, as on Linux since 3.10 */
    if (!file)
        return -EINVAL;
    context = file->state;
    list_for_each (node, &context->waiting) {
        struct done *done = list_item(node, struct done, node);

        if (done->address != iocb)
            continue;
        complete(done, 0);
        error = -EINPROGRESS;
        break;
    }
    file_drop(file);
    return error;
}

static int64_t collect(struct context *context, uint64_t max, uaddr_t events, uint64_t already)
{
    uint64_t count = already;

    while (count < max && !list_empty(&context->done)) {
        struct done *done = list_item(context->done.next, struct done, node);

        if (copy_to_user(events + count * sizeof done->event, &done->event, sizeof done->event))
            return count ? (int64_t)count : -EFAULT;
        context->pending--;
        done_free(done);
        count++;
    }
    return (int64_t)count;
}

static int64_t events_get(uint64_t handle, uint64_t min, uint64_t max, uaddr_t events,
                          uaddr_t timeout)
{
    uint64_t ns = 0;
    uint64_t deadline = NO_DEADLINE;
    struct waiter waiter;
    struct file *file;
    int64_t count = timeout ? duration_from_user(&ns, timeout) : 0;
    int error = 0;

    if (count)
        return count;
    if (timeout)
        deadline = deadline_after(ns);
    file = context_get(handle);
    if (!file)
        return -EINVAL;
    if ((int64_t)min > (int64_t)max || (int64_t)min < 0) {
        file_drop(file);
        return -EINVAL;
    }
    struct context *context = file->state;

    waiter_init(&waiter);
    for (;;) {
        wait_add(&context->wait, &waiter);
        count = collect(context, max, events, (uint64_t)count);
        if (count < 0 || (uint64_t)count >= min || error || (timeout && !ns))
            break;
        error = task_sleep(deadline);
    }
    wait_remove(&waiter);
    file_drop(file);
    return count || !error || error == -ETIMEDOUT ? count : -EINTR;
}

int64_t lx_io_getevents(uint64_t handle, uint64_t min, uint64_t max, uint64_t events,
                        uint64_t timeout)
{
    return events_get(handle, min, max, events, timeout);
}

int64_t lx_io_pgetevents(uint64_t handle, uint64_t min, uint64_t max, uint64_t events,
                         uint64_t timeout, uint64_t mask_address)
{
    uint64_t mask[2] = {0, 0}; /* address and size of a signal set */
    int64_t result;

    if (mask_address && copy_from_user(mask, mask_address, sizeof mask))
        return -EFAULT;
    result = signal_mask_borrow(mask[0], mask[1]);
    if (result)
        return result;
    result = events_get(handle, min, max, events, timeout);
    if (mask[0])
        signal_mask_return(result);
    return result;
}
