/* SPDX-License-Identifier: MIT */
/*
 * ring.c - packets through split virtqueues.
 *
 * The guest is not trusted either: indexes, descriptors and addresses are read once and bounded; what is no good is given
 * back empty and counted as a fault. Source: VIRTIO 1.2, 2.7 and 5.1.6.
 */
#include "tests/device/device.h"
#include <string.h>
#include <unistd.h>

#define PIECES_MAX 64

bool ring_ready(const struct ring *ring)
{
    return ring->desc && ring->enabled && ring->call >= 0;
}

uint16_t ring_waiting(const struct ring *ring)
{
    return (uint16_t)(__atomic_load_n(&ring->avail->idx, __ATOMIC_ACQUIRE) - ring->next_avail);
}

uint16_t ring_head(const struct ring *ring, uint16_t ahead)
{
    return ring->avail->ring[(uint16_t)(ring->next_avail + ahead) % ring->size];
}

uint32_t ring_chain(const struct card *card, const struct ring *ring, uint16_t head,
                    struct piece *piece, uint32_t max)
{
    uint16_t at = head;

    for (uint32_t i = 0; i < max && at < ring->size; i++) {
        const volatile struct vring_desc *shared = &ring->desc[at];
        struct vring_desc d = {shared->addr, shared->len, shared->flags, shared->next};

        piece[i].at = card_memory(card, d.addr, d.len);
        piece[i].length = d.len;
        piece[i].writable = d.flags & VRING_DESC_F_WRITE;
        if (!piece[i].at || d.flags & VRING_DESC_F_INDIRECT)
            return 0;
        if (!(d.flags & VRING_DESC_F_NEXT))
            return i + 1;
        at = d.next;
    }
    return 0;
}

void ring_used(struct ring *ring, uint32_t id, uint32_t length)
{
    ring->used->ring[ring->next_used % ring->size].id = id;
    ring->used->ring[ring->next_used % ring->size].len = length;
    ring->next_used++;
}

void ring_publish(struct ring *ring)
{
    __atomic_store_n(&ring->used->idx, ring->next_used, __ATOMIC_RELEASE);
}

void ring_interrupt(struct ring *ring, bool force)
{
    const uint64_t one = 1;

    /* The index before the flags: the driver does it the other way round. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (force || !(ring->avail->flags & VRING_AVAIL_F_NO_INTERRUPT))
        (void)!write(ring->call, &one, sizeof one);
}

void ring_notify(struct ring *ring, bool on)
{
    ring->used->flags = on ? 0 : VRING_USED_F_NO_NOTIFY;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* --- What the guest sends ----------------------------------------------------------------------------------- */

/* A chain into a packet; false: too short, too long, or not to be read. */
static bool gather(const struct piece *piece, uint32_t count, struct packet *packet)
{
    uint8_t *header = (uint8_t *)&packet->header;
    uint64_t at = 0;

    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *from = piece[i].at;
        uint32_t left = piece[i].length;

        if (piece[i].writable || at + left > HEADER_BYTES + PACKET_MAX)
            return false;
        if (at < HEADER_BYTES) {
            uint32_t part = left < HEADER_BYTES - at ? left : HEADER_BYTES - (uint32_t)at;

            memcpy(header + at, from, part);
            at += part;
            from += part;
            left -= part;
        }
        if (left)
            memcpy(packet->bytes + (at - HEADER_BYTES), from, left);
        at += left;
    }
    packet->length = at > HEADER_BYTES ? (uint32_t)at - HEADER_BYTES : 0;
    return packet->length >= 14;
}

static bool take_from(struct card *card, struct ring *ring, struct packet *packet)
{
    struct piece piece[PIECES_MAX];
    uint16_t waiting;

    while ((waiting = ring_waiting(ring))) {
        if (waiting > ring->size) { /* there is no way on from there */
            card->faults++;
            ring->enabled = false;
            return false;
        }
        uint16_t head = ring_head(ring, 0);
        uint32_t count = ring_chain(card, ring, head, piece, PIECES_MAX);
        bool good = count && gather(piece, count, packet);

        ring->next_avail++;
        if (good && lie_order(&card->lie, packet))
            good = false;
        else if (!good)
            card->faults++;
        if (!lie_sent(card, ring, head)) {
            ring_used(ring, head, 0);
            ring_publish(ring);
            ring_interrupt(ring, false);
        }
        if (good) {
            ring->packets++;
            card->sent++;
            return true;
        }
    }
    return false;
}

bool card_take(struct card *card, struct packet *packet)
{
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < card->pairs; i++) {
            uint32_t pair = card->send_turn++ % card->pairs;
            struct ring *ring = &card->ring[2 * pair + 1];

            if (!ring_ready(ring))
                continue;
            if (take_from(card, ring, packet)) {
                ring_notify(ring, false);
                card->flow[offload_hash(packet) % FLOWS] = (uint8_t)(pair + 1);
                return true;
            }
            if (ring_ready(ring))
                ring_notify(ring, true); /* and look again */
        }
    }
    return false;
}

/* --- What the guest receives -------------------------------------------------------------------------------- */

/* Which pair it goes to; NULL: the guest has none. */
static struct ring *choose(struct card *card, const struct packet *packet)
{
    uint32_t ready = 0, hash = offload_hash(packet);
    uint32_t pair = card->flow[hash % FLOWS];
    uint8_t index[PAIRS_MAX];

    for (uint32_t i = 0; i < card->pairs; i++)
        if (ring_ready(&card->ring[2 * i]))
            index[ready++] = (uint8_t)i;
    if (!ready)
        return NULL;
    if (card->steering == STEER_AUTO && pair && ring_ready(&card->ring[2 * (pair - 1)]))
        return &card->ring[2 * (pair - 1)];
    return &card->ring[2 * index[(card->steering == STEER_ROUND ? card->turn : hash) % ready]];
}

/* Bytes [from, from + count) of header and packet. */
static void copy_out(uint8_t *to, const struct packet *packet, uint32_t from, uint32_t count)
{
    if (from < HEADER_BYTES) {
        uint32_t part = count < HEADER_BYTES - from ? count : HEADER_BYTES - from;

        memcpy(to, (const uint8_t *)&packet->header + from, part);
        to += part;
        from += part;
        count -= part;
    }
    if (count)
        memcpy(to, packet->bytes + (from - HEADER_BYTES), count);
}

/* LATER: there are not enough buffers. No head: one of them is no good, or they never suffice. */
static enum delivery spread(struct card *card, struct ring *ring, const struct packet *packet,
                            struct spread *out)
{
    uint32_t total = HEADER_BYTES + packet->length, at = 0;
    bool merge = card_can(card, VIRTIO_NET_F_MRG_RXBUF);
    struct piece piece[PIECES_MAX];

    out->too_long = false;
    for (out->count = 0; at < total; out->count++) {
        uint16_t waiting = ring_waiting(ring);
        uint32_t begin = at, pieces;

        if (waiting > ring->size || out->count == HEADS_MAX || (out->count && !merge)) {
            out->too_long = waiting <= ring->size;
            out->count = 0;
            return DELIVERED;
        }
        if (waiting <= out->count)
            return LATER;
        out->head[out->count] = ring_head(ring, (uint16_t)out->count);
        pieces = ring_chain(card, ring, out->head[out->count], piece, PIECES_MAX);
        for (uint32_t i = 0; i < pieces && at < total; i++) {
            uint32_t part = piece[i].length < total - at ? piece[i].length : total - at;

            if (!piece[i].writable) {
                pieces = 0;
                break;
            }
            copy_out(piece[i].at, packet, at, part);
            at += part;
        }
        out->length[out->count] = at - begin;
        out->first = out->count ? out->first : piece[0].at;
        if (!pieces || at == begin || (!out->count && piece[0].length < HEADER_BYTES)) {
            out->count = 0;
            return DELIVERED;
        }
    }
    return DELIVERED;
}

enum delivery card_put(struct card *card, const struct packet *packet)
{
    struct ring *ring = choose(card, packet);
    struct spread s;

    if (!ring) {
        card->dropped++;
        return DELIVERED;
    }
    if (spread(card, ring, packet, &s) == LATER) {
        ring_notify(ring, true); /* and look again: it may have come before that */
        if (spread(card, ring, packet, &s) == LATER)
            return LATER;
    }
    ring_notify(ring, false);
    if (!s.count) { /* drop it, and the buffer that is no good */
        card->faults += !s.too_long;
        card->dropped++;
        if (!s.too_long && ring_waiting(ring) && ring_waiting(ring) <= ring->size) {
            ring_used(ring, ring_head(ring, 0), 0);
            ring->next_avail++;
            ring_publish(ring);
        }
        return DELIVERED;
    }
    uint16_t buffers = (uint16_t)s.count;

    memcpy(s.first + offsetof(struct virtio_net_hdr_mrg_rxbuf, num_buffers), &buffers,
           sizeof buffers);
    ring->next_avail = (uint16_t)(ring->next_avail + s.count);
    if (!lie_receive(card, ring, &s)) {
        for (uint32_t i = 0; i < s.count; i++)
            ring_used(ring, s.head[i], s.length[i]);
        ring_publish(ring);
        ring_interrupt(ring, false);
    }
    ring->packets++;
    card->received++;
    card->turn++;
    return DELIVERED;
}
