/* SPDX-License-Identifier: MIT */
/* staging.c - TCP segments of up to 64 KiB for a card that cuts them itself; see staging.h. */
#include "libos/linux/net/lwip/staging.h"
#include "libos/linux/net/lwip/card.h"
#include "lib/exo/libos.h"

#define AREA_BUFFERS (65536u / EXO_NET_BUFFER_BYTES)
#define AREA_COUNT   6u

struct staging {
    uint8_t *frame;
    uint32_t end; /* busy: descriptors of the ring up to here are posted with it */
    bool busy;
};

static struct staging areas[AREA_COUNT];
static uint32_t area_count;

void staging_start(void)
{
    const uint32_t needs = EXO_NET_CARD_CHECKSUM | EXO_NET_CARD_SEGMENT4;

    if ((exo_machine_page()->net.features & needs) != needs)
        return;
    while (area_count < AREA_COUNT &&
           card_ring.free_count >=
               AREA_BUFFERS + EXO_NET_SEND_MAX) { /* as many are posted at most */
        const uint16_t *first = &card_ring.free[card_ring.free_count - AREA_BUFFERS];

        if (first[AREA_BUFFERS - 1] - first[0] != (int)AREA_BUFFERS - 1)
            return; /* not in a row */
        card_ring.free_count -= AREA_BUFFERS;
        areas[area_count++].frame =
            card_ring.memory.buffers + (uint64_t)first[0] * EXO_NET_BUFFER_BYTES;
    }
}

static struct staging *find(void)
{
    for (uint32_t i = 0; i < area_count; i++) {
        struct staging *area = &areas[i];

        if (area->busy && (int32_t)(card_ring.send_reclaimed - area->end) >= 0)
            area->busy = false;
        if (!area->busy)
            return area;
    }
    return NULL;
}

struct staging *staging_take(void)
{
    if (!area_count || !list_empty(&card_departures) || !card_has_room())
        return NULL;
    struct staging *area = find();

    if (area)
        return area;
    exo_net_reclaim(&card_ring);
    return find();
}

uint8_t *staging_frame(const struct staging *area)
{
    return area->frame;
}

bool staging_send(struct staging *area, uint32_t bytes, uint16_t unit)
{
    struct exo_net_piece piece = {.offset = (uint32_t)(area->frame - card_ring.memory.buffers),
                                  .length = (uint16_t)bytes};

    if (!exo_net_send_segments(&card_ring, &piece, 1, unit))
        return false;
    area->busy = true;
    area->end = card_ring.send_posted;
    card_sent_bytes += bytes;
    return true;
}
