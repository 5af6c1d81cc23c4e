/* SPDX-License-Identifier: MIT */
/*
 * capture.c - every packet of the machine for the host, if the manifest says `capture`: the kernel's capture ring, which
 * needs the observe right, emptied into the channel.
 *
 * What the host does not take in time stays in the ring; when that is full the kernel drops copies and counts them in
 * the ring's row. The packets themselves are not held up.
 */
#include "libos/init/capture.h"
#include "abi/exo_channel.h"
#include "base/string.h"
#include "exo_stubs.h"
#include "lib/exo/time.h"
#include "libos/init/channel.h"
#include "libos/init/init.h"
#include "libos/init/ring.h"

#define BUFFERS       128 /* packets that wait */
#define BUFFER_FRAMES (BUFFERS / (EXO_PAGE_SIZE / EXO_NET_BUFFER_BYTES))
#define BATCH         64

static struct ring ring;

const char *capture_start(void)
{
    return ring_open(&ring, INIT_CAPTURE, BUFFER_FRAMES, BUFFERS, INIT_EVENT_CAPTURE,
                     EXO_NET_CAPTURE);
}

/* Whose is the filter? The net table that it lies in is under its owner's guard. */
static uint32_t owner_of(uint32_t filter)
{
    const volatile struct exo_frame *row = &machine.frames[filter >> EXO_NET_ROW_BITS];

    return filter && row->guard_depth ? (uint32_t)(row->guard[0] & 0xffff) - 1 : CHANNEL_MACHINE;
}

/* The ring's time has 32 bits: microseconds of the last 71 minutes. */
static uint64_t time_of(uint32_t time_us)
{
    uint64_t now_us = exo_now_ns(machine.page) / 1000;

    return exo_wall_ns(machine.page) / 1000 + now_us - (uint32_t)((uint32_t)now_us - time_us);
}

bool capture_pump(void)
{
    const struct exo_net_received *entry;
    bool moved = false;

    for (uint32_t i = 0; i < BATCH && channel_is_up() && (entry = ring_next(&ring)); i++) {
        uint8_t *out = channel_space();

        if (!out)
            break;
        struct channel_packet head = {
            .time_us = time_of(entry->time_us),
            .filter = entry->filter,
            .flags = (entry->flags & EXO_NET_RECEIVED_SENT ? CHANNEL_PACKET_SENT : 0) |
                     (entry->flags & EXO_NET_RECEIVED_CUT ? CHANNEL_PACKET_CUT : 0)};

        memcpy(out, &head, sizeof head);
        memcpy(out + sizeof head, ring_bytes(&ring, entry), entry->length);
        channel_send(CHANNEL_PACKET, owner_of(entry->filter),
                     (uint32_t)sizeof head + entry->length);
        ring_done(&ring);
        moved = true;
    }
    return moved;
}
