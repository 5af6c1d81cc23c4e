/* SPDX-License-Identifier: MIT */
/* wire.c - init's own packets; see wire.h. */
#include "libos/init/wire.h"
#include <stddef.h>
#include "exo_stubs.h"
#include "libos/init/init.h"
#include "libos/init/ring.h"

#define BUFFERS       8 /* to receive into; the frame behind them is for sending */
#define BUFFER_FRAMES (BUFFERS / 2 + 1)

static struct ring ring;
static uint32_t rows_used; /* filters, behind the ring */
static uint32_t sent;

const char *wire_open(void)
{
    return ring.shared ? NULL
                       : ring_open(&ring, INIT_WIRE, BUFFER_FRAMES, BUFFERS, INIT_EVENT_WIRE, 0);
}

uint32_t wire_claim(struct exo_net_filter *filter)
{
    filter->ring = ring.row;
    if (rows_used + 1 == EXO_NET_ROWS ||
        exo_net_filter(CAP_ROOT, ring.row + rows_used + 1, CAP_ROOT, filter) < 0)
        return 0;
    return ring.row + ++rows_used;
}

uint8_t *wire_frame(void)
{
    return ring.buffers + BUFFERS * EXO_NET_BUFFER_BYTES;
}

/* A frame that was sent by permission of the kernel is read by the card until it is DONE: init's are few, so it waits. */
void wire_send(uint32_t length, uint32_t filter)
{
    struct exo_net_send *piece = &ring.shared->send[sent % EXO_NET_SEND_MAX];

    *piece = (struct exo_net_send){
        .offset = BUFFERS * EXO_NET_BUFFER_BYTES, .length = (uint16_t)length, .filter = filter};
    __atomic_store_n(&ring.shared->send_posted, ++sent, __ATOMIC_RELEASE);
    for (uint32_t tries = 0; tries < 1000; tries++) {
        (void)exo_net_kick(CAP_ROOT, ring.row);
        if (__atomic_load_n(&piece->flags, __ATOMIC_ACQUIRE) & EXO_NET_SEND_DONE)
            return;
    }
}

const uint8_t *wire_next(uint32_t *length)
{
    const struct exo_net_received *entry = ring_next(&ring);

    if (!entry)
        return NULL;
    *length = entry->length;
    return ring_bytes(&ring, entry);
}

void wire_done(void)
{
    ring_done(&ring);
}
