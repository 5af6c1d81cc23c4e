/* SPDX-License-Identifier: MIT */
/* ring.c - packet rings of init's own; see ring.h. */
#include "libos/init/ring.h"
#include <stddef.h>
#include "exo_stubs.h"
#include "libos/init/frames.h"
#include "libos/init/init.h"

#define DATA_BITS (EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE)

static void offer(struct ring *ring, uint16_t buffer)
{
    ring->shared->receive[ring->posted % EXO_NET_RECEIVE_MAX].buffer = buffer;
    /* The entry before the counter: the kernel reads them the other way round. */
    __atomic_store_n(&ring->shared->receive_posted, ++ring->posted, __ATOMIC_RELEASE);
}

const char *ring_open(struct ring *ring, uint64_t address, uint32_t frames, uint16_t receive,
                      uint32_t event, uint32_t flags)
{
    if (!(machine.page->net.features & EXO_NET_CARD_PRESENT))
        return "the machine has no network card (--net user)";
    uint64_t table = frames_take(CAP_ROOT, 1);
    uint64_t shared = frames_take(CAP_ROOT, EXO_NET_SHARED_FRAMES);
    uint64_t buffer = frames_take(CAP_ROOT, frames);
    struct exo_net_ring_config config = {.shared_frame = shared,
                                         .buffer_frame = buffer,
                                         .buffer_count = frames,
                                         .env = machine.env,
                                         .event = event,
                                         .flags = flags};

    if (!table || !shared || !buffer ||
        exo_map(&machine.space, address, shared, EXO_NET_SHARED_FRAMES, DATA_BITS) < 0 ||
        exo_map(&machine.space, address + sizeof *ring->shared, buffer, frames, DATA_BITS) < 0)
        return "no memory for a packet ring";
    ring->row = (uint32_t)(table << EXO_NET_ROW_BITS);
    if (exo_net_table_create(CAP_ROOT, table) < 0 || exo_net_ring(CAP_ROOT, ring->row, &config) < 0)
        return "the kernel refuses the ring";
    ring->shared = (struct exo_net_ring *)address;
    ring->buffers = (uint8_t *)address + sizeof *ring->shared;
    for (uint16_t i = 0; i < receive; i++)
        offer(ring, i);
    return NULL;
}

const struct exo_net_received *ring_next(const struct ring *ring)
{
    if (!ring->shared ||
        __atomic_load_n(&ring->shared->receive_filled, __ATOMIC_ACQUIRE) == ring->taken)
        return NULL;
    return &ring->shared->receive[ring->taken % EXO_NET_RECEIVE_MAX];
}

const uint8_t *ring_bytes(const struct ring *ring, const struct exo_net_received *entry)
{
    return ring->buffers + (uint64_t)entry->buffer * EXO_NET_BUFFER_BYTES + EXO_NET_HEADROOM;
}

void ring_done(struct ring *ring)
{
    offer(ring, ring->shared->receive[ring->taken++ % EXO_NET_RECEIVE_MAX].buffer);
}
