/* SPDX-License-Identifier: MIT */
/* request.c - operations that wait for a file without a task that sleeps. */
#include "libos/linux/ring/request.h"
#include <linux/poll.h>

static void observe(struct waiter *waiter)
{
    struct poll_request *request = ((struct request_observer *)waiter)->request;

    request->notify(request);
}

static void add(struct poll_wait *wait, struct waitq *queue, uint32_t events)
{
    struct poll_request *request = container_of(wait, struct poll_request, wait);

    (void)events;
    if (request->queues == REQUEST_QUEUES)
        return;
    struct request_observer *observer = &request->observer[request->queues++];

    waiter_init(&observer->waiter);
    observer->waiter.notify = observe;
    observer->request = request;
    wait_add(queue, &observer->waiter);
}

uint32_t poll_request_now(struct poll_request *request)
{
    struct file *file = request->file;
    uint32_t now =
        file->ops->poll ? file->ops->poll(file, NULL) : POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;

    return now & (request->events | POLLERR | POLLHUP);
}

uint32_t poll_request_start(struct poll_request *request, struct file *file, uint32_t events,
                            void (*notify)(struct poll_request *))
{
    request->wait.add = add;
    request->file = file;
    request->events = events;
    request->queues = 0;
    request->notify = notify;
    file_hold(file);
    if (file->ops->poll)
        (void)file->ops->poll(file, &request->wait);
    return poll_request_now(request);
}

void poll_request_stop(struct poll_request *request)
{
    if (!request->file)
        return;
    for (uint32_t i = 0; i < request->queues; i++)
        wait_remove(&request->observer[i].waiter);
    file_drop(request->file);
    request->file = NULL;
}
