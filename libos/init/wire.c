/* SPDX-License-Identifier: MIT */
/* wire.c - init's own packets; see wire.h. */
#include "libos/init/wire.h"
#include <stddef.h>
#include "exo_stubs.h"
#include "libos/init/frames.h"
#include "libos/init/init.h"

#define BUFFERS       8 /* to receive into; the frame behind them is for sending */
#define BUFFER_FRAMES (BUFFERS / 2 + 1)
#define DATA_BITS     (EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE)

static struct exo_net_ring *ring; /* NULL: not open */
static uint8_t *buffers;
static uint32_t row, rows_used; /* of the ring; filters are behind it */
static uint32_t taken, posted, sent;

static void offer(uint16_t buffer)
{
    ring->receive[posted % EXO_NET_RECEIVE_MAX].buffer = buffer;
    /* The entry before the counter: the kernel reads them the other way round. */
    __atomic_store_n(&ring->receive_posted, ++posted, __ATOMIC_RELEASE);
}

const char *wire_open(void)
{
    if (ring)
        return NULL;
    if (!(machine.page->net.features & EXO_NET_CARD_PRESENT))
        return "the machine has no network card (--net user)";
    uint64_t table = frames_take(CAP_ROOT, 1);
    uint64_t shared = frames_take(CAP_ROOT, EXO_NET_SHARED_FRAMES);
    uint64_t buffer = frames_take(CAP_ROOT, BUFFER_FRAMES);
    struct exo_net_ring_config config = {.shared_frame = shared,
                                         .buffer_frame = buffer,
                                         .buffer_count = BUFFER_FRAMES,
                                         .env = machine.env,
                                         .event = INIT_EVENT_WIRE};

    row = (uint32_t)(table << EXO_NET_ROW_BITS);
    if (!table || !shared || !buffer ||
        exo_map(&machine.space, INIT_WIRE, shared, EXO_NET_SHARED_FRAMES, DATA_BITS) < 0 ||
        exo_map(&machine.space, INIT_WIRE + sizeof *ring, buffer, BUFFER_FRAMES, DATA_BITS) < 0)
        return "no memory for asking";
    if (exo_net_table_create(CAP_ROOT, table) < 0 || exo_net_ring(CAP_ROOT, row, &config) < 0)
        return "the kernel refuses the ring";
    ring = (struct exo_net_ring *)INIT_WIRE;
    buffers = (uint8_t *)INIT_WIRE + sizeof *ring;
    for (uint16_t i = 0; i < BUFFERS; i++)
        offer(i);
    return NULL;
}

uint32_t wire_claim(struct exo_net_filter *filter)
{
    filter->ring = row;
    if (rows_used + 1 == EXO_NET_ROWS ||
        exo_net_filter(CAP_ROOT, row + rows_used + 1, CAP_ROOT, filter) < 0)
        return 0;
    return row + ++rows_used;
}

uint8_t *wire_frame(void)
{
    return buffers + BUFFERS * EXO_NET_BUFFER_BYTES;
}

/* A frame that was sent by permission of the kernel is read by the card until it is DONE: init's are few, so it waits. */
void wire_send(uint32_t length, uint32_t filter)
{
    struct exo_net_send *piece = &ring->send[sent % EXO_NET_SEND_MAX];

    *piece = (struct exo_net_send){
        .offset = BUFFERS * EXO_NET_BUFFER_BYTES, .length = (uint16_t)length, .filter = filter};
    __atomic_store_n(&ring->send_posted, ++sent, __ATOMIC_RELEASE);
    for (uint32_t tries = 0; tries < 1000; tries++) {
        (void)exo_net_kick(CAP_ROOT, row);
        if (__atomic_load_n(&piece->flags, __ATOMIC_ACQUIRE) & EXO_NET_SEND_DONE)
            return;
    }
}

const uint8_t *wire_next(uint32_t *length)
{
    if (!ring || __atomic_load_n(&ring->receive_filled, __ATOMIC_ACQUIRE) == taken)
        return NULL;
    const struct exo_net_received *entry = &ring->receive[taken % EXO_NET_RECEIVE_MAX];

    *length = entry->length;
    return buffers + (uint64_t)entry->buffer * EXO_NET_BUFFER_BYTES + EXO_NET_HEADROOM;
}

void wire_done(void)
{
    offer(ring->receive[taken++ % EXO_NET_RECEIVE_MAX].buffer);
}
