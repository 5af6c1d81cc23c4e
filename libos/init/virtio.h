/* SPDX-License-Identifier: MIT */
/*
 * virtio.h - a modern virtio PCI device and split queues of fixed buffers.
 *
 * The device is not trusted: every number that it returns is bounded before it is used as an index
 * or a length. Source: Virtual I/O Device (VIRTIO) Version 1.1, "Virtio Over PCI Bus", "Split
 * Virtqueues".
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define VIRTIO_QUEUE_MAX 16 /* buffers of a queue */

struct virtio_device {
    uint32_t row; /* of the device table */
    volatile uint8_t *common;
    volatile uint8_t *notify;
    uint64_t notify_bytes;
    uint32_t notify_multiplier;
};

struct virtio_queue {
    uint16_t size; /* a power of two, at most VIRTIO_QUEUE_MAX */
    uint16_t index;
    uint16_t next_used;
    uint16_t free_count;
    uint16_t free[VIRTIO_QUEUE_MAX];
    bool busy[VIRTIO_QUEUE_MAX]; /* the device has the buffer */
    bool broken;                 /* the device returned nonsense: the queue is dead */
    uint32_t buffer_bytes;
    uint64_t buffer_physical;
    uint8_t *buffers;       /* size * buffer_bytes */
    volatile uint8_t *ring; /* one page: descriptors, avail at 1024, used at 2048 */
    volatile uint16_t *notify;
};

/*
 * virtio_open - find, claim and reset a device, and agree on VIRTIO_F_VERSION_1 alone.
 *
 * id  the device's PCI id (0x1040 + type)
 *
 * Returns  true; false with *reason, or with *reason NULL when the machine has no such device
 */
bool virtio_open(struct virtio_device *device, uint16_t id, const char **reason);

/*
 * virtio_queue_open - set up queue `index` with buffers from init's own frames, mapped at
 * `address`.
 *
 * event  init's event bit for the queue's interrupt
 *
 * Returns  NULL, or what is wrong
 */
const char *virtio_queue_open(struct virtio_device *device, struct virtio_queue *queue,
                              uint16_t index, uint32_t buffer_bytes, uint64_t address,
                              uint32_t event);

/* virtio_start - the device may use its queues. */
void virtio_start(struct virtio_device *device);

/* virtio_queue_get - a free buffer's number, or -1. */
int virtio_queue_get(struct virtio_queue *queue);

static inline uint8_t *virtio_buffer(const struct virtio_queue *queue, int buffer)
{
    return queue->buffers + (uint32_t)buffer * queue->buffer_bytes;
}

/* virtio_queue_put - hand a buffer to the device: to read `bytes` of it, or (from_device) to fill
 * it. */
void virtio_queue_put(struct virtio_queue *queue, int buffer, uint32_t bytes, bool from_device);

/* virtio_queue_notify - tell the device about the buffers that were put. */
void virtio_queue_notify(struct virtio_queue *queue);

/*
 * virtio_queue_done - the next buffer that the device has finished with; it stays the caller's
 * until put or freed.
 *
 * Returns  its number and *bytes that the device wrote (at most buffer_bytes), or -1
 */
int virtio_queue_done(struct virtio_queue *queue, uint32_t *bytes);

/* virtio_queue_free - the buffer may be got again. */
void virtio_queue_free(struct virtio_queue *queue, int buffer);

/* virtio_queue_quiet - ask for no interrupts (true), or for them; look at the queue once more after
 * asking. */
void virtio_queue_quiet(struct virtio_queue *queue, bool quiet);
