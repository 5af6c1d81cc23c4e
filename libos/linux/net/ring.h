/* SPDX-License-Identifier: MIT */
/*
 * ring.h - the bytes of a stream on their way to their reader: a ring that grows as needed.
 */
#pragma once
#include "libos/linux/net/message.h"

struct byte_ring {
    uint8_t *bytes; /* NULL: size 0 */
    uint32_t size;  /* a power of two */
    uint32_t head;  /* offset of the first byte */
    uint32_t count; /* bytes in it */
};

/* ring_put - take bytes (> 0) from a message; the ring grows to hold them. 0, -ENOMEM or -EFAULT (then nothing was added). */
int ring_put(struct byte_ring *ring, struct message *message, uint32_t bytes);
/* ring_reserve - room for `bytes` more; false: no memory. */
bool ring_reserve(struct byte_ring *ring, uint32_t bytes);
/* ring_peek - give bytes from offset `skip` on to a message, which stay; skip + bytes <= count. 0 or -EFAULT. */
int ring_peek(struct byte_ring *ring, struct message *message, uint32_t skip, uint32_t bytes);
void ring_free(struct byte_ring *ring); /* all bytes and the memory */
/* The first `bytes` are gone. An empty ring starts again at its beginning: short messages use the same cache lines. */
static inline void ring_drop(struct byte_ring *ring, uint32_t bytes)
{
    ring->count -= bytes;
    ring->head = ring->count ? (ring->head + bytes) & (ring->size - 1) : 0;
}
