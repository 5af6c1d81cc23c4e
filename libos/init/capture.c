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
#include "libos/init/frames.h"
#include "libos/init/init.h"

#define BUFFERS       128 /* packets that wait */
#define BUFFER_FRAMES (BUFFERS / (EXO_PAGE_SIZE / EXO_NET_BUFFER_BYTES))
#define DATA_BITS     (EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE)
#define BATCH         64

static struct exo_net_ring *ring; /* NULL: nothing is captured */
static const uint8_t *buffers;
static uint32_t taken;
static uint32_t posted;

static void offer(uint16_t buffer)
{
    ring->receive[posted % EXO_NET_RECEIVE_MAX].buffer = buffer;
    /* The entry before the counter: the kernel reads them the other way round. */
    __atomic_store_n(&ring->receive_posted, ++posted, __ATOMIC_RELEASE);
}

const char *capture_start(void)
{
    uint64_t table = frames_take(CAP_ROOT, 1);
    uint64_t shared = frames_take(CAP_ROOT, EXO_NET_SHARED_FRAMES);
    uint64_t buffer = frames_take(CAP_ROOT, BUFFER_FRAMES);
    struct exo_net_ring_config config = {.shared_frame = shared,
                                         .buffer_frame = buffer,
                                         .buffer_count = BUFFER_FRAMES,
                                         .env = machine.env,
                                         .event = INIT_EVENT_CAPTURE,
                                         .flags = EXO_NET_CAPTURE};

    if (!(machine.page->net.features & EXO_NET_CARD_PRESENT))
        return "the machine has no network card";
    if (!table || !shared || !buffer ||
        exo_map(&machine.space, INIT_CAPTURE, shared, EXO_NET_SHARED_FRAMES, DATA_BITS) < 0 ||
        exo_map(&machine.space, INIT_CAPTURE + sizeof *ring, buffer, BUFFER_FRAMES, DATA_BITS) < 0)
        return "no memory for it";
    if (exo_net_table_create(CAP_ROOT, table) < 0 ||
        exo_net_ring(CAP_ROOT, table << EXO_NET_ROW_BITS, &config) < 0)
        return "the kernel refuses the ring";
    ring = (struct exo_net_ring *)INIT_CAPTURE;
    buffers = (const uint8_t *)INIT_CAPTURE + sizeof *ring;
    for (uint16_t i = 0; i < BUFFERS; i++)
        offer(i);
    return NULL;
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
    bool moved = false;

    for (uint32_t i = 0; ring && i < BATCH && channel_is_up() &&
                         __atomic_load_n(&ring->receive_filled, __ATOMIC_ACQUIRE) != taken;
         i++) {
        const struct exo_net_received *entry = &ring->receive[taken % EXO_NET_RECEIVE_MAX];
        uint8_t *out = channel_space();

        if (!out)
            break;
        struct channel_packet head = {
            .time_us = time_of(entry->time_us),
            .filter = entry->filter,
            .flags = (entry->flags & EXO_NET_RECEIVED_SENT ? CHANNEL_PACKET_SENT : 0) |
                     (entry->flags & EXO_NET_RECEIVED_CUT ? CHANNEL_PACKET_CUT : 0)};

        memcpy(out, &head, sizeof head);
        memcpy(out + sizeof head,
               buffers + (uint64_t)entry->buffer * EXO_NET_BUFFER_BYTES + EXO_NET_HEADROOM,
               entry->length);
        channel_send(CHANNEL_PACKET, owner_of(entry->filter),
                     (uint32_t)sizeof head + entry->length);
        offer(entry->buffer);
        taken++;
        moved = true;
    }
    return moved;
}
