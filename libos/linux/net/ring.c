/* SPDX-License-Identifier: MIT */
/* ring.c - bytes of a stream on their way. */
#include "libos/linux/net/ring.h"

#define RING_START 4096u

/* Room for `bytes` in all; false: no memory, nothing changed. */
static bool grow(struct byte_ring *ring, uint32_t bytes)
{
    uint32_t size = ring->size ? ring->size : RING_START;
    uint32_t first = min_of(ring->count, ring->size - ring->head);
    uint8_t *memory;

    while (size < bytes)
        size *= 2;
    memory = heap_alloc(size);
    if (!memory)
        return false;
    if (ring->count) {
        memcpy(memory, ring->bytes + ring->head, first);
        memcpy(memory + first, ring->bytes, ring->count - first);
    }
    heap_free(ring->bytes);
    ring->bytes = memory;
    ring->size = size;
    ring->head = 0;
    return true;
}

bool ring_reserve(struct byte_ring *ring, uint32_t bytes)
{
    return ring->count + bytes <= ring->size || grow(ring, ring->count + bytes);
}

int ring_put(struct byte_ring *ring, struct message *message, uint32_t bytes)
{
    uint32_t tail;
    uint32_t first;
    int error;

    if (ring->count + bytes > ring->size && !grow(ring, ring->count + bytes))
        return -ENOMEM;
    tail = (ring->head + ring->count) & (ring->size - 1);
    first = min_of(bytes, ring->size - tail);
    error = message_from(message, ring->bytes + tail, first);
    if (!error && bytes > first)
        error = message_from(message, ring->bytes, bytes - first);
    if (!error)
        ring->count += bytes;
    return error;
}

int ring_peek(struct byte_ring *ring, struct message *message, uint32_t skip, uint32_t bytes)
{
    uint32_t from;
    uint32_t first;
    int error;

    if (!bytes)
        return 0;
    from = (ring->head + skip) & (ring->size - 1);
    first = min_of(bytes, ring->size - from);
    error = message_to(message, ring->bytes + from, first);
    if (!error && bytes > first)
        error = message_to(message, ring->bytes, bytes - first);
    return error;
}

void ring_free(struct byte_ring *ring)
{
    heap_free(ring->bytes);
    *ring = (struct byte_ring){0};
}
