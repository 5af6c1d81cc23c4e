/* SPDX-License-Identifier: MIT */
/*
 * ring.h - the byte rings of instance.h: one writer, one reader, neither trusting the other.
 *
 * The counters live in shared memory, so each is read once and checked. Pure; linked into host
 * tests too.
 */
#pragma once
#include <stdint.h>
#include "base/string.h"
#include "lib/exo/instance.h"

#define EXO_RING_BROKEN UINT32_MAX /* the peer's counter is impossible */

/*
 * exo_ring_used - bytes that wait in the ring.
 *
 * size  its size in bytes, a power of two; the constant, not what the shared memory says
 *
 * Returns  0..size, or EXO_RING_BROKEN
 */
static inline uint32_t exo_ring_used(const struct instance_ring *ring, uint32_t size)
{
    /* Pairs with the release stores in write and take: the bytes are there when the counter says
     * so. */
    uint32_t written = __atomic_load_n(&ring->written, __ATOMIC_ACQUIRE);
    uint32_t taken = __atomic_load_n(&ring->taken, __ATOMIC_ACQUIRE);
    uint32_t used = written - taken;

    return used <= size ? used : EXO_RING_BROKEN;
}

/*
 * exo_ring_write - put in as many bytes as there is room for. Only the writer calls this.
 *
 * Returns  bytes written, 0..count, or EXO_RING_BROKEN
 */
static inline uint32_t exo_ring_write(struct instance_ring *ring, uint8_t *bytes, uint32_t size,
                                      const void *from, uint32_t count)
{
    uint32_t used = exo_ring_used(ring, size);

    if (used == EXO_RING_BROKEN)
        return used;
    uint32_t room = size - used;
    uint32_t written = ring->written;
    uint32_t at = written & (size - 1);

    if (count > room)
        count = room;
    uint32_t first = count < size - at ? count : size - at;

    memcpy(bytes + at, from, first);
    memcpy(bytes, (const uint8_t *)from + first, count - first);
    __atomic_store_n(&ring->written, written + count, __ATOMIC_RELEASE);
    return count;
}

/*
 * exo_ring_peek - copy bytes out without taking them. Only the reader calls this.
 *
 * Returns  bytes copied, 0..count, or EXO_RING_BROKEN
 */
static inline uint32_t exo_ring_peek(const struct instance_ring *ring, const uint8_t *bytes,
                                     uint32_t size, void *to, uint32_t count)
{
    uint32_t used = exo_ring_used(ring, size);

    if (used == EXO_RING_BROKEN)
        return used;
    uint32_t at = ring->taken & (size - 1);

    if (count > used)
        count = used;
    uint32_t first = count < size - at ? count : size - at;

    memcpy(to, bytes + at, first);
    memcpy((uint8_t *)to + first, bytes, count - first);
    return count;
}

/* exo_ring_skip - take `count` bytes that a peek returned. */
static inline void exo_ring_skip(struct instance_ring *ring, uint32_t count)
{
    __atomic_store_n(&ring->taken, ring->taken + count, __ATOMIC_RELEASE);
}

/* exo_ring_take - peek and skip. */
static inline uint32_t exo_ring_take(struct instance_ring *ring, const uint8_t *bytes,
                                     uint32_t size, void *to, uint32_t count)
{
    uint32_t got = exo_ring_peek(ring, bytes, size, to, count);

    if (got != EXO_RING_BROKEN)
        exo_ring_skip(ring, got);
    return got;
}
