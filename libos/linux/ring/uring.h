/* SPDX-License-Identifier: MIT */
/*
 * uring.h - io_uring: the ring (uring.c) and what its entries ask for (uring_op.c).
 *
 * Everything is done within system calls of the ring's owner: submitted entries at once when they need not
 * wait, the others after their file was woken, in the owner's next io_uring_enter or poll of the ring.
 * Completions that touch no program memory (timeouts, polls) are posted when they happen.
 */
#pragma once
#include "libos/linux/ring/request.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/task.h"
#include <linux/time_types.h>
#include <linux/io_uring.h>

struct uring;

/* One entry that did not end at once. */
struct uring_request {
    struct list node; /* in ring->pending or, when its file was woken, in ring->woken */
    struct uring *ring;
    struct io_uring_sqe sqe;
    struct poll_request poll;
    struct timer timer;             /* TIMEOUT */
    uint64_t completions_at;        /* TIMEOUT with a count: ring->completed then */
    struct uring_request *next;     /* linked behind it: waits for its end */
    bool is_timeout, is_poll, over; /* over: posted, to be freed */
};

struct uring {
    frame_t frames; /* header, completion entries, array of indices */
    frame_t sqe_frames;
    unsigned order, sqe_order;
    uint32_t *sq_head, *sq_tail, *sq_flags, *sq_dropped, *sq_array;
    uint32_t *cq_head, *cq_tail, *cq_overflow;
    struct io_uring_cqe *cqe;
    struct io_uring_sqe *sqe;
    uint32_t sq_entries, cq_entries;
    struct list pending, woken, overflow;
    struct space *space; /* whose memory the entries speak of; not held, only compared */
    struct waitq wait;
    uint64_t completed; /* entries posted ever */
    bool running;       /* run_woken is at work: not again inside itself */
    bool disabled;      /* IORING_SETUP_R_DISABLED, until enabled */
    struct file *eventfd;
    struct file **file; /* registered; NULL slots allowed */
    uint32_t file_count;
    struct iovec *buffer; /* registered */
    uint32_t buffer_count;
};

#define URING_WAITS INT64_MIN /* of uring_perform: the entry would have to wait for its file */

/*
 * uring_perform - do what an entry asks for, without sleeping.
 *
 * Returns its result, or URING_WAITS with *file (held) and *events: what to wait for
 */
int64_t uring_perform(struct uring *ring, const struct io_uring_sqe *sqe, struct file **file,
                      uint32_t *events);

/* uring_post - a completion entry; kept aside while the ring is full. May be called anywhere. */
void uring_post(struct uring *ring, uint64_t user_data, int64_t result, uint32_t flags);

/* uring_cancel - end the pending request with this user_data (and, if asked, of this opcode; 0: any) with error.
 * false: none. */
bool uring_cancel(struct uring *ring, uint64_t user_data, uint32_t opcode, int64_t error);

bool uring_op_known(uint32_t opcode);

bool is_uring(const struct file *file);

/* uring_control - io_uring_register's operations. */
int64_t uring_control(struct uring *ring, uint32_t operation, uaddr_t argument, uint32_t count);
