/* SPDX-License-Identifier: MIT */
/*
 * uring.c - io_uring: rings, submission, completion.
 *
 * Invariants:
 *   1. A request is in ring->pending or ring->woken from its submission to its completion entry, and is
 *      freed by the next walk over the lists: never inside the wake that ended it.
 *   2. What the program writes into the rings is read once and checked; a wild index costs the program an entry.
 * LIMIT: no polling threads (SQPOLL, IOPOLL), provided buffers, multishot operations, big entries.
 */
#include "libos/linux/ring/uring.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/time/clock.h"
#include "libos/linux/user.h"
#include <linux/poll.h>
#include <linux/time.h>

#define ENTRIES_MAX 32768u
#define SETUP_FLAGS                                                                                \
    (IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | IORING_SETUP_R_DISABLED |                          \
     IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG |             \
     IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN)
#define FEATURES                                                                                   \
    (IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE |                    \
     IORING_FEAT_RW_CUR_POS | IORING_FEAT_CUR_PERSONALITY | IORING_FEAT_FAST_POLL |                \
     IORING_FEAT_POLL_32BITS | IORING_FEAT_EXT_ARG | IORING_FEAT_CQE_SKIP)
#define SQE_FLAGS                                                                                  \
    (IOSQE_FIXED_FILE | IOSQE_IO_DRAIN | IOSQE_IO_LINK | IOSQE_IO_HARDLINK | IOSQE_ASYNC |         \
     IOSQE_CQE_SKIP_SUCCESS)

/* The first words of the shared memory. */
struct ring_header {
    uint32_t sq_head, sq_tail, cq_head, cq_tail;
    uint32_t sq_mask, cq_mask, sq_entries, cq_entries;
    uint32_t sq_dropped, sq_flags, cq_flags, cq_overflow;
    uint32_t pad[4];
};

struct overflow {
    struct list node;
    struct io_uring_cqe cqe;
};

static const struct file_ops uring_ops;

bool is_uring(const struct file *file)
{
    return file->ops == &uring_ops;
}

/* --- Completion --- */

static bool cqe_put(struct uring *ring, const struct io_uring_cqe *cqe)
{
    uint32_t head = __atomic_load_n(ring->cq_head, __ATOMIC_ACQUIRE);
    uint32_t tail = *ring->cq_tail;

    if (tail - head >= ring->cq_entries)
        return false;
    ring->cqe[tail & (ring->cq_entries - 1)] = *cqe;
    __atomic_store_n(ring->cq_tail, tail + 1, __ATOMIC_RELEASE); /* pairs with the program's load */
    return true;
}

/* Entries that had to wait for room go first. */
static void overflow_flush(struct uring *ring)
{
    while (!list_empty(&ring->overflow)) {
        struct overflow *first = list_item(ring->overflow.next, struct overflow, node);

        if (!cqe_put(ring, &first->cqe))
            return;
        list_remove(&first->node);
        heap_free(first);
    }
    *ring->sq_flags &= ~(uint32_t)IORING_SQ_CQ_OVERFLOW;
}

void uring_post(struct uring *ring, uint64_t user_data, int64_t result, uint32_t flags)
{
    struct io_uring_cqe cqe = {.user_data = user_data, .res = (int32_t)result, .flags = flags};

    ring->completed++;
    if (!list_empty(&ring->overflow) || !cqe_put(ring, &cqe)) {
        struct overflow *kept = heap_alloc(sizeof *kept);

        if (kept) {
            kept->cqe = cqe;
            list_init(&kept->node);
            list_add_tail(&ring->overflow, &kept->node);
            *ring->sq_flags |= IORING_SQ_CQ_OVERFLOW;
        } else {
            ++*ring->cq_overflow;
        }
    }
    waitq_wake(&ring->wait);
    if (ring->eventfd)
        eventfd_signal(ring->eventfd);
}

/* The result of a request that had been pending; it is freed later. */
static void finish(struct uring_request *request, int64_t result)
{
    if (request->over)
        return;
    request->over = true;
    list_remove(&request->node);
    list_add_tail(&request->ring->woken, &request->node);
    timer_stop(&request->timer);
    if (result < 0 || !(request->sqe.flags & IOSQE_CQE_SKIP_SUCCESS))
        uring_post(request->ring, request->sqe.user_data, result, 0);
    request->completions_at = (uint64_t)result; /* for the chain behind it */
}

static void timeout_expire(struct timer *timer)
{
    struct uring_request *request = container_of(timer, struct uring_request, timer);

    finish(request, -ETIME);
}

/* Timeouts that wait for a number of completions. */
static void timeouts_count(struct uring *ring)
{
    list_for_each_safe (node, &ring->pending) {
        struct uring_request *request = list_item(node, struct uring_request, node);

        if (request->is_timeout && request->sqe.off && ring->completed >= request->completions_at)
            finish(request, 0);
    }
}

static void poll_notify(struct poll_request *poll)
{
    struct uring_request *request = container_of(poll, struct uring_request, poll);
    uint32_t now = poll_request_now(poll);

    if (!now || request->over)
        return;
    if (request->is_poll) {
        finish(request, now);
        return;
    }
    list_remove(&request->node);
    list_add_tail(&request->ring->woken, &request->node);
    waitq_wake(&request->ring->wait);
}

bool uring_cancel(struct uring *ring, uint64_t user_data, uint32_t opcode, int64_t error)
{
    struct list *lists[2] = {&ring->pending, &ring->woken};

    for (int i = 0; i < 2; i++)
        list_for_each (node, lists[i]) {
            struct uring_request *request = list_item(node, struct uring_request, node);

            if (request->over || request->sqe.user_data != user_data ||
                (opcode && request->sqe.opcode != opcode))
                continue;
            finish(request, error);
            return true;
        }
    return false;
}

/* --- Submission --- */

static struct uring_request *request_new(struct uring *ring, const struct io_uring_sqe *sqe)
{
    struct uring_request *request = heap_zalloc(sizeof *request);

    if (!request)
        return NULL;
    list_init(&request->node);
    list_init(&request->timer.node);
    request->timer.expire = timeout_expire;
    request->ring = ring;
    request->sqe = *sqe;
    return request;
}

static int64_t timeout_start(struct uring *ring, struct uring_request *request)
{
    const struct io_uring_sqe *sqe = &request->sqe;
    uint32_t clock = sqe->timeout_flags & IORING_TIMEOUT_CLOCK_MASK;
    uint64_t ns;
    int error;

    if (sqe->len != 1 || sqe->buf_index || clock == IORING_TIMEOUT_CLOCK_MASK ||
        sqe->timeout_flags & ~(uint32_t)(IORING_TIMEOUT_ABS | IORING_TIMEOUT_CLOCK_MASK |
                                         IORING_TIMEOUT_ETIME_SUCCESS))
        return -EINVAL;
    error = duration_from_user(&ns, sqe->addr);
    if (error)
        return error;
    request->is_timeout = true;
    request->completions_at = ring->completed + sqe->off;
    if (sqe->timeout_flags & IORING_TIMEOUT_ABS)
        ns = deadline_of(clock == IORING_TIMEOUT_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, ns);
    else
        ns = deadline_after(ns);
    list_add_tail(&ring->pending, &request->node);
    timer_start(&request->timer, ns);
    return URING_WAITS;
}

static int64_t poll_start(struct uring *ring, struct uring_request *request)
{
    const struct io_uring_sqe *sqe = &request->sqe;
    bool fixed = sqe->flags & IOSQE_FIXED_FILE;
    struct file *file;
    uint32_t now;

    if (sqe->len)
        return unimplemented(-EINVAL, "io_uring: poll with flags 0x%x", sqe->len);
    if (sqe->addr || sqe->off || sqe->buf_index)
        return -EINVAL;
    file = fixed ? ((uint32_t)sqe->fd < ring->file_count ? ring->file[sqe->fd] : NULL)
                 : fd_get(sqe->fd);
    if (!file)
        return -EBADF;
    request->is_poll = true;
    list_add_tail(&ring->pending, &request->node);
    now = poll_request_start(&request->poll, file, sqe->poll32_events, poll_notify);
    if (!fixed)
        file_drop(file);
    if (!now)
        return URING_WAITS;
    list_remove(&request->node);
    poll_request_stop(&request->poll);
    return now;
}

/* What is asked of the ring itself; URING_WAITS: request is pending. */
static int64_t start(struct uring *ring, struct uring_request *request)
{
    const struct io_uring_sqe *sqe = &request->sqe;
    struct file *file = NULL;
    uint32_t events = 0;
    int64_t result;

    if (sqe->flags & ~(uint32_t)SQE_FLAGS)
        return unimplemented(-EINVAL, "io_uring: entry flags 0x%x", sqe->flags);
    if (!uring_op_known(sqe->opcode))
        return unimplemented(-EINVAL, "io_uring: operation %u", sqe->opcode);
    switch (sqe->opcode) {
    case IORING_OP_TIMEOUT:
        return timeout_start(ring, request);
    case IORING_OP_POLL_ADD:
        return poll_start(ring, request);
    case IORING_OP_TIMEOUT_REMOVE:
        return sqe->timeout_flags ? unimplemented(-EINVAL, "io_uring: timeout update")
               : uring_cancel(ring, sqe->addr, IORING_OP_TIMEOUT, -ECANCELED) ? 0
                                                                              : -ENOENT;
    case IORING_OP_POLL_REMOVE:
        return sqe->len ? unimplemented(-EINVAL, "io_uring: poll update")
               : uring_cancel(ring, sqe->addr, IORING_OP_POLL_ADD, -ECANCELED) ? 0
                                                                               : -ENOENT;
    case IORING_OP_ASYNC_CANCEL:
        return sqe->cancel_flags
                   ? unimplemented(-EINVAL, "io_uring: cancel flags 0x%x", sqe->cancel_flags)
               : uring_cancel(ring, sqe->addr, 0, -ECANCELED) ? 0
                                                              : -ENOENT;
    default:
        break;
    }
    result = uring_perform(ring, sqe, &file, &events);
    if (result != URING_WAITS)
        return result;
    list_add_tail(&ring->pending, &request->node);
    if (poll_request_start(&request->poll, file, events, poll_notify)) { /* meanwhile it can */
        list_remove(&request->node);
        list_add_tail(&ring->woken, &request->node);
    }
    file_drop(file);
    return URING_WAITS;
}

static bool breaks_chain(const struct io_uring_sqe *sqe, int64_t result)
{
    if (sqe->flags & IOSQE_IO_HARDLINK)
        return false;
    if (result == -ETIME && sqe->opcode == IORING_OP_TIMEOUT)
        return !(sqe->timeout_flags & IORING_TIMEOUT_ETIME_SUCCESS);
    if (result < 0)
        return true;
    switch (sqe->opcode) { /* less than asked for ends a chain, too */
    case IORING_OP_READ:
    case IORING_OP_WRITE:
    case IORING_OP_READ_FIXED:
    case IORING_OP_WRITE_FIXED:
        return result != sqe->len;
    default:
        return false;
    }
}

/* Runs a request and what is linked behind it, as far as nothing has to wait. Frees what has ended. */
static void run_chain(struct uring *ring, struct uring_request *request)
{
    while (request) {
        struct uring_request *next = request->next;
        int64_t result = start(ring, request);

        if (result == URING_WAITS)
            return; /* the rest follows when it ends */
        if (result < 0 || !(request->sqe.flags & IOSQE_CQE_SKIP_SUCCESS))
            uring_post(ring, request->sqe.user_data, result, 0);
        if (next && breaks_chain(&request->sqe, result)) {
            heap_free(request);
            for (request = next; request; request = next) {
                next = request->next;
                uring_post(ring, request->sqe.user_data, -ECANCELED, 0);
                heap_free(request);
            }
            return;
        }
        heap_free(request);
        request = next;
    }
}

static void chain_go_on(struct uring *ring, struct uring_request *request, int64_t result)
{
    struct uring_request *next = request->next;

    if (!next)
        return;
    if (!breaks_chain(&request->sqe, result)) {
        run_chain(ring, next);
        return;
    }
    while (next) {
        request = next;
        next = request->next;
        uring_post(ring, request->sqe.user_data, -ECANCELED, 0);
        heap_free(request);
    }
}

/* Tries again what was woken, goes on with chains, frees what is over. Only as the owner. */
static void run_woken(struct uring *ring)
{
    if (current()->process->space != ring->space || ring->running)
        return;
    ring->running = true;
    timeouts_count(ring);
    for (struct list *stop = ring->woken.previous; !list_empty(&ring->woken);) {
        struct uring_request *request = list_item(ring->woken.next, struct uring_request, node);
        bool last = &request->node == stop;
        int64_t result;

        list_remove(&request->node);
        poll_request_stop(&request->poll);
        if (request->over) {
            chain_go_on(ring, request, (int64_t)request->completions_at);
            heap_free(request);
        } else {
            struct uring_request *next = request->next;

            request->next = NULL;
            result = start(ring, request);
            if (result == -EISCONN && request->sqe.opcode == IORING_OP_CONNECT)
                result = 0; /* it was begun before and is done */
            if (result == URING_WAITS) {
                request->next = next;
            } else {
                if (result < 0 || !(request->sqe.flags & IOSQE_CQE_SKIP_SUCCESS))
                    uring_post(ring, request->sqe.user_data, result, 0);
                request->next = next;
                chain_go_on(ring, request, result);
                heap_free(request);
            }
        }
        if (last)
            break;
    }
    timeouts_count(ring);
    overflow_flush(ring);
    ring->running = false;
}

/* The next entry; false: none. A wild index is dropped and counted. */
static bool sqe_take(struct uring *ring, struct io_uring_sqe *out, bool *valid)
{
    uint32_t head = *ring->sq_head;
    uint32_t index;

    if (head == __atomic_load_n(ring->sq_tail, __ATOMIC_ACQUIRE))
        return false;
    index = *(volatile uint32_t *)&ring->sq_array[head & (ring->sq_entries - 1)];
    *valid = index < ring->sq_entries;
    if (*valid)
        memcpy(out, &ring->sqe[index], sizeof *out);
    else
        ++*ring->sq_dropped;
    __atomic_store_n(ring->sq_head, head + 1, __ATOMIC_RELEASE);
    return true;
}

/* Everything that was submitted before has to end first. */
static bool drained(const struct uring *ring)
{
    return list_empty(&ring->pending) && list_empty(&ring->woken);
}

static int64_t submit(struct uring *ring, uint32_t count)
{
    struct uring_request *first = NULL;
    struct uring_request *last = NULL;
    struct io_uring_sqe sqe;
    int64_t taken = 0;
    bool valid;

    while ((uint64_t)taken < count && sqe_take(ring, &sqe, &valid)) {
        struct uring_request *request = valid ? request_new(ring, &sqe) : NULL;

        taken++;
        if (!valid)
            break;
        if (!request) {
            uring_post(ring, sqe.user_data, -ENOMEM, 0);
            continue;
        }
        if ((sqe.flags & IOSQE_IO_DRAIN) && !drained(ring)) {
            uring_post(ring, sqe.user_data,
                       unimplemented(-EINVAL, "io_uring: drain while requests wait"), 0);
            heap_free(request);
            continue;
        }
        if (last)
            last->next = request;
        else
            first = request;
        last = request;
        if (sqe.flags & (IOSQE_IO_LINK | IOSQE_IO_HARDLINK))
            continue;
        run_chain(ring, first);
        first = last = NULL;
    }
    if (first)
        run_chain(ring, first);
    return taken;
}

/* --- The file --- */

static void uring_release(struct file *file)
{
    struct uring *ring = file->state;
    struct list *lists[2] = {&ring->pending, &ring->woken};

    for (int i = 0; i < 2; i++)
        while (!list_empty(lists[i])) {
            struct uring_request *request = list_item(lists[i]->next, struct uring_request, node);

            timer_stop(&request->timer);
            poll_request_stop(&request->poll);
            list_remove(&request->node);
            while (request) {
                struct uring_request *next = request->next;
                heap_free(request);
                request = next;
            }
        }
    while (!list_empty(&ring->overflow)) {
        struct overflow *kept = list_item(ring->overflow.next, struct overflow, node);
        list_remove(&kept->node);
        heap_free(kept);
    }
    for (uint32_t i = 0; i < ring->file_count; i++)
        if (ring->file[i])
            file_drop(ring->file[i]);
    heap_free(ring->file);
    heap_free(ring->buffer);
    if (ring->eventfd)
        file_drop(ring->eventfd);
    for (frame_t f = 0; f < 1ul << ring->order; f++)
        frame_drop(ring->frames + f);
    for (frame_t f = 0; f < 1ul << ring->sqe_order; f++)
        frame_drop(ring->sqe_frames + f);
    heap_free(ring);
}

static int uring_page(struct file *file, uint64_t index, bool write, frame_t *out)
{
    const struct uring *ring = file->state;
    uint64_t region = index * PAGE_SIZE & IORING_OFF_MMAP_MASK;
    uint64_t page = index - region / PAGE_SIZE;
    bool entries = region == IORING_OFF_SQES;

    (void)write;
    if ((!entries && region != IORING_OFF_SQ_RING && region != IORING_OFF_CQ_RING) ||
        page >= 1ul << (entries ? ring->sqe_order : ring->order))
        return -EFAULT;
    *out = (entries ? ring->sqe_frames : ring->frames) + page;
    frame_hold(*out);
    return 0;
}

static uint32_t uring_poll(struct file *file, struct poll_wait *wait)
{
    struct uring *ring = file->state;
    uint32_t events = 0;

    poll_wait_add(wait, &ring->wait);
    run_woken(ring);
    if (*ring->cq_tail != *ring->cq_head || !list_empty(&ring->overflow))
        events |= POLLIN | POLLRDNORM;
    if (*ring->sq_tail - *ring->sq_head < ring->sq_entries)
        events |= POLLOUT | POLLWRNORM;
    return events;
}

static const struct file_ops uring_ops = {
    .page = uring_page, .poll = uring_poll, .release = uring_release};

static unsigned order_of(uint64_t bytes)
{
    unsigned order = 0;

    while (PAGE_SIZE << order < bytes)
        order++;
    return order;
}

static uint32_t power_of_two(uint32_t value)
{
    uint32_t power = 1;

    while (power < value)
        power *= 2;
    return power;
}

static int ring_memory(struct uring *ring, struct io_uring_params *p)
{
    uint32_t cqes = sizeof(struct ring_header);
    uint32_t array = cqes + ring->cq_entries * (uint32_t)sizeof(struct io_uring_cqe);
    struct ring_header *header;

    ring->order = order_of(array + ring->sq_entries * sizeof(uint32_t));
    ring->sqe_order = order_of(ring->sq_entries * sizeof(struct io_uring_sqe));
    ring->frames = frames_alloc(ring->order);
    ring->sqe_frames = ring->frames == NO_FRAME ? NO_FRAME : frames_alloc(ring->sqe_order);
    if (ring->sqe_frames == NO_FRAME) {
        for (frame_t f = 0; ring->frames != NO_FRAME && f < 1ul << ring->order; f++)
            frame_drop(ring->frames + f);
        return -ENOMEM;
    }
    header = frame_address(ring->frames);
    memset(header, 0, PAGE_SIZE << ring->order);
    memset(frame_address(ring->sqe_frames), 0, PAGE_SIZE << ring->sqe_order);
    header->sq_entries = ring->sq_entries;
    header->cq_entries = ring->cq_entries;
    header->sq_mask = ring->sq_entries - 1;
    header->cq_mask = ring->cq_entries - 1;
    ring->sq_head = &header->sq_head;
    ring->sq_tail = &header->sq_tail;
    ring->sq_flags = &header->sq_flags;
    ring->sq_dropped = &header->sq_dropped;
    ring->sq_array = (uint32_t *)((char *)header + array);
    ring->cq_head = &header->cq_head;
    ring->cq_tail = &header->cq_tail;
    ring->cq_overflow = &header->cq_overflow;
    ring->cqe = (struct io_uring_cqe *)((char *)header + cqes);
    ring->sqe = frame_address(ring->sqe_frames);
    p->sq_off = (struct io_sqring_offsets){.head = offsetof(struct ring_header, sq_head),
                                           .tail = offsetof(struct ring_header, sq_tail),
                                           .ring_mask = offsetof(struct ring_header, sq_mask),
                                           .ring_entries = offsetof(struct ring_header, sq_entries),
                                           .flags = offsetof(struct ring_header, sq_flags),
                                           .dropped = offsetof(struct ring_header, sq_dropped),
                                           .array = array};
    p->cq_off = (struct io_cqring_offsets){.head = offsetof(struct ring_header, cq_head),
                                           .tail = offsetof(struct ring_header, cq_tail),
                                           .ring_mask = offsetof(struct ring_header, cq_mask),
                                           .ring_entries = offsetof(struct ring_header, cq_entries),
                                           .overflow = offsetof(struct ring_header, cq_overflow),
                                           .cqes = cqes,
                                           .flags = offsetof(struct ring_header, cq_flags)};
    return 0;
}

static int sizes_check(struct io_uring_params *p, uint32_t entries)
{
    bool clamp = p->flags & IORING_SETUP_CLAMP;

    if (!entries || (entries > ENTRIES_MAX && !clamp))
        return -EINVAL;
    p->sq_entries = power_of_two(min_of(entries, ENTRIES_MAX));
    if (!(p->flags & IORING_SETUP_CQSIZE)) {
        p->cq_entries = 2 * p->sq_entries;
        return 0;
    }
    if (!p->cq_entries || (p->cq_entries > 2 * ENTRIES_MAX && !clamp))
        return -EINVAL;
    p->cq_entries = power_of_two(min_of(p->cq_entries, 2 * ENTRIES_MAX));
    return p->cq_entries < p->sq_entries ? -EINVAL : 0;
}

int64_t lx_io_uring_setup(uint64_t entries, uint64_t params)
{
    struct io_uring_params p;
    struct uring *ring;
    struct file *file;
    int fd;

    if (copy_from_user(&p, params, sizeof p))
        return -EFAULT;
    if (p.resv[0] || p.resv[1] || p.resv[2])
        return -EINVAL;
    if (p.flags & ~(uint32_t)SETUP_FLAGS)
        return unimplemented(-EINVAL, "io_uring_setup flags 0x%x", p.flags);
    fd = sizes_check(&p, (uint32_t)entries);
    if (fd)
        return fd;
    ring = heap_zalloc(sizeof *ring);
    if (!ring)
        return -ENOMEM;
    list_init(&ring->pending);
    list_init(&ring->woken);
    list_init(&ring->overflow);
    waitq_init(&ring->wait);
    ring->sq_entries = p.sq_entries;
    ring->cq_entries = p.cq_entries;
    ring->space = current()->process->space;
    ring->disabled = p.flags & IORING_SETUP_R_DISABLED;
    memset(&p.sq_off, 0, sizeof p.sq_off + sizeof p.cq_off);
    p.features = FEATURES;
    fd = ring_memory(ring, &p);
    file = fd ? NULL : file_anonymous(&uring_ops, O_RDWR, "anon_inode:[io_uring]", ring);
    if (!file) {
        if (!fd) {
            struct file gone = {.state = ring};
            uring_release(&gone);
        } else {
            heap_free(ring);
        }
        return -ENOMEM;
    }
    if (copy_to_user(params, &p, sizeof p)) {
        file_drop(file);
        return -EFAULT;
    }
    fd = fd_install(file, true, 0);
    if (fd < 0)
        file_drop(file);
    return fd;
}

/* --- io_uring_enter --- */

static uint32_t ready(const struct uring *ring)
{
    return *ring->cq_tail - *ring->cq_head;
}

static int64_t wait_for(struct uring *ring, uint32_t count, uint64_t deadline)
{
    struct waiter waiter;
    int error = 0;

    count = min_of(count, ring->cq_entries);
    waiter_init(&waiter);
    for (;;) {
        wait_add(&ring->wait, &waiter);
        run_woken(ring);
        if (ready(ring) >= count || error)
            break;
        error = task_sleep(deadline);
    }
    wait_remove(&waiter);
    return ready(ring) >= count || !error ? 0 : error == -ETIMEDOUT ? -ETIME : -EINTR;
}

static int64_t enter_wait(struct uring *ring, uint32_t count, uint64_t flags, uaddr_t argument,
                          uint64_t bytes)
{
    struct io_uring_getevents_arg extended = {0};
    uint64_t deadline = NO_DEADLINE;
    uint64_t ns;
    int64_t result;

    if (flags & IORING_ENTER_EXT_ARG) {
        if (bytes != sizeof extended)
            return -EINVAL;
        if (copy_from_user(&extended, argument, sizeof extended))
            return -EFAULT;
        if (extended.pad)
            return -EINVAL;
        result = extended.ts ? duration_from_user(&ns, extended.ts) : 0;
        if (result)
            return result;
        if (extended.ts)
            deadline = deadline_after(ns);
    } else {
        extended.sigmask = argument;
        extended.sigmask_sz = (uint32_t)bytes;
    }
    result = signal_mask_borrow(extended.sigmask, extended.sigmask_sz);
    if (result)
        return result;
    result = wait_for(ring, count, deadline);
    if (extended.sigmask)
        signal_mask_return(result);
    return result;
}

/* A held file that is a ring; NULL with *error set. */
static struct file *ring_get(uint64_t fd, int64_t *error)
{
    struct file *file = fd_get((int)fd);

    *error = file ? -EOPNOTSUPP : -EBADF;
    if (file && file->ops != &uring_ops) {
        file_drop(file);
        return NULL;
    }
    return file;
}

int64_t lx_io_uring_enter(uint64_t fd, uint64_t to_submit, uint64_t min_complete, uint64_t flags,
                          uint64_t argument, uint64_t bytes)
{
    int64_t result;
    int64_t waited = 0;
    struct file *file;

    if (flags & ~(uint64_t)(IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP | IORING_ENTER_SQ_WAIT |
                            IORING_ENTER_EXT_ARG))
        return -EINVAL;
    file = ring_get(fd, &result);
    if (!file)
        return result;
    struct uring *ring = file->state;

    if (ring->disabled) {
        file_drop(file);
        return -EBADFD;
    }
    if (current()->process->space != ring->space) {
        file_drop(file);
        return unimplemented(-EOPNOTSUPP, "io_uring: a ring of another process");
    }
    run_woken(ring);
    result = (uint32_t)to_submit ? submit(ring, (uint32_t)to_submit) : 0;
    if (flags & IORING_ENTER_GETEVENTS)
        waited = enter_wait(ring, (uint32_t)min_complete, flags, argument, bytes);
    else
        timeouts_count(ring);
    file_drop(file);
    return result ? result : waited;
}

int64_t lx_io_uring_register(uint64_t fd, uint64_t operation, uint64_t argument, uint64_t count)
{
    int64_t result;
    struct file *file = ring_get(fd, &result);

    if (!file)
        return result;
    result = uring_control(file->state, (uint32_t)operation, argument, (uint32_t)count);
    file_drop(file);
    return result;
}
