/* SPDX-License-Identifier: MIT */
/* uring.h - for the programs of tests/diff about io_uring: one ring, entries put in, completions printed. */
#pragma once
#include "tests/diff/diff.h"
#include <linux/io_uring.h>

static int ring_fd;
static struct io_uring_params ring_params;
static unsigned *sq_head, *sq_tail, *sq_mask, *sq_array, *cq_head, *cq_tail, *cq_mask;
static struct io_uring_sqe *ring_sqes;
static struct io_uring_cqe *ring_cqes;

static inline void ring_start(unsigned entries, unsigned flags)
{
    char *memory;
    size_t bytes;

    ring_params.flags = flags;
    ring_fd = (int)syscall(SYS_io_uring_setup, entries, &ring_params);
    NEED(ring_fd >= 0);
    bytes = ring_params.sq_off.array + ring_params.sq_entries * sizeof(unsigned);
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring_fd,
                  IORING_OFF_SQ_RING);
    NEED(memory != MAP_FAILED);
    sq_head = (unsigned *)(memory + ring_params.sq_off.head);
    sq_tail = (unsigned *)(memory + ring_params.sq_off.tail);
    sq_mask = (unsigned *)(memory + ring_params.sq_off.ring_mask);
    sq_array = (unsigned *)(memory + ring_params.sq_off.array);
    cq_head = (unsigned *)(memory + ring_params.cq_off.head);
    cq_tail = (unsigned *)(memory + ring_params.cq_off.tail);
    cq_mask = (unsigned *)(memory + ring_params.cq_off.ring_mask);
    ring_cqes = (struct io_uring_cqe *)(memory + ring_params.cq_off.cqes);
    ring_sqes = mmap(NULL, ring_params.sq_entries * sizeof *ring_sqes, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_POPULATE, ring_fd, IORING_OFF_SQES);
    NEED(ring_sqes != MAP_FAILED);
}

static inline void ring_put(struct io_uring_sqe sqe)
{
    unsigned tail = *sq_tail;
    unsigned index = tail & *sq_mask;

    ring_sqes[index] = sqe;
    sq_array[index] = index;
    __atomic_store_n(sq_tail, tail + 1, __ATOMIC_RELEASE);
}

static inline long ring_enter(unsigned submit, unsigned wait)
{
    return syscall(SYS_io_uring_enter, ring_fd, submit, wait, wait ? IORING_ENTER_GETEVENTS : 0,
                   NULL, 0);
}

/* Print all completions there are, in the order of user_data. */
static inline void ring_say(void)
{
    struct io_uring_cqe all[64];
    unsigned count = 0;

    while (*cq_head != __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE) && count < 64) {
        all[count++] = ring_cqes[*cq_head & *cq_mask];
        __atomic_store_n(cq_head, *cq_head + 1, __ATOMIC_RELEASE);
    }
    for (unsigned done = 0; done < count; done++) {
        unsigned best = done;

        for (unsigned i = done; i < count; i++)
            if (all[i].user_data < all[best].user_data)
                best = i;
        struct io_uring_cqe cqe = all[best];
        all[best] = all[done];
        if (cqe.res < 0)
            printf("  %llu: %s\n", (unsigned long long)cqe.user_data,
                   cqe.res == -62 ? "ETIME" : error_name(-cqe.res));
        else
            printf("  %llu: %d\n", (unsigned long long)cqe.user_data, cqe.res);
    }
    if (!count)
        printf("  nothing\n");
}
