/* SPDX-License-Identifier: MIT */
/*
 * request.h - one operation that waits for a file without a task that sleeps (aio.c, uring.c).
 *
 * The owner is told by `notify` that one of the file's wait queues was woken; notify runs inside that wake and
 * may neither stop the request nor touch the program's memory.
 */
#pragma once
#include "libos/linux/fs/fs.h"
#include "libos/linux/fs/poll.h"

#define REQUEST_QUEUES 4 /* that one poll names */

struct poll_request {
    struct poll_wait wait;
    struct file *file; /* held; NULL: not started */
    uint32_t events;   /* POLL* that are waited for; POLLERR and POLLHUP always are */
    uint32_t queues;
    void (*notify)(struct poll_request *request);
    struct request_observer {
        struct waiter waiter; /* first */
        struct poll_request *request;
    } observer[REQUEST_QUEUES];
};

/*
 * poll_request_start - wait for a file.
 *
 * Returns what is true already (notify is not called for that); 0: nothing. Holds the file until stopped.
 */
uint32_t poll_request_start(struct poll_request *request, struct file *file, uint32_t events,
                            void (*notify)(struct poll_request *));

/* What is true now of what is waited for. */
uint32_t poll_request_now(struct poll_request *request);

/* poll_request_stop - the end; may be called twice. */
void poll_request_stop(struct poll_request *request);
