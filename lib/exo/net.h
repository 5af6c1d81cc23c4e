/* SPDX-License-Identifier: MIT */
/*
 * net.h - packets for a LibOS: a ring bound to what init has claimed for it, in batches.
 *
 * Packets are whole Ethernet frames; ARP, neighbour discovery and everything above are the LibOS's. One kernel call
 * (exo_net_flush) sends a batch and looks for what has arrived; receiving itself needs none. No locks inside: one
 * CPU at a time, under a lock of the LibOS's.
 *
 *     exo_net_memory_make(&domain, ADDRESS, 128, &memory);
 *     exo_net_open(&net, &memory, env, event);
 *     for (;;) {
 *         while (exo_net_receive(&net, &packet)) { ...; exo_net_give_back(&net, &packet); }
 *         exo_net_flush(&net);
 *         exo_net_wait(&net, EXO_FOREVER);
 *     }
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/exo/domain.h"
#include "lib/exo/instance.h"

#define EXO_NET_IPV4 0x0800
#define EXO_NET_ARP  0x0806
#define EXO_NET_IPV6 0x86dd

/* The frames of a network interface, all of the instance's own, and where they are mapped. */
struct exo_net_memory {
    uint64_t table_frame; /* unmapped; becomes a net table */
    uint64_t
        shared_frame; /* first of EXO_NET_SHARED_FRAMES in a row, mapped read-write at `shared` */
    struct exo_net_ring *shared;
    uint64_t
        buffer_frame; /* first of buffer_count frames in a row, mapped read-write at `buffers` */
    uint8_t *buffers;
    uint32_t
        buffer_count; /* frames, 8 .. EXO_NET_RING_FRAMES; each is two buffers: half receive, the rest sends */
    bool
        merged; /* the LibOS takes packets of several buffers: each is received apart, and all but the last have EXO_NET_RECEIVED_MORE */
};

struct exo_net_packet {
    uint8_t *bytes; /* from the Ethernet header on; yours to change until it is released */
    uint32_t length;
    uint16_t flags;             /* EXO_NET_RECEIVED_* */
    uint8_t network, transport; /* offsets of the IP and TCP/UDP header; 0: none */
    uint32_t filter;            /* row of the filter that claimed it */
    uint32_t time_us;
    uint16_t buffer;
};

struct exo_net_statistics {
    uint64_t received, sent;
    uint64_t refused; /* by the kernel: forged or malformed */
    uint64_t full;    /* exo_net_buffer found none, or the ring had no room */
};

#define EXO_NET_SEND_BUFFERS_MAX (EXO_NET_RING_FRAMES * 2)

struct exo_net {
    const struct instance_net *config;
    struct exo_net_memory memory;
    struct exo_net_ring *ring;
    uint32_t slot;
    uint32_t row;     /* of the ring */
    uint32_t filters; /* of its own, in the rows behind that */
    uint32_t receive_taken, receive_posted;
    uint32_t send_posted, send_reclaimed;
    uint32_t free_count;
    uint16_t free[EXO_NET_SEND_BUFFERS_MAX];
    uint16_t sending[EXO_NET_SEND_MAX]; /* buffer behind a descriptor */
    uint32_t last_claim;                /* the one that the last packet was sent by */
    struct exo_net_statistics statistics;
};

/* exo_net_config - the instance's network; NULL: it has none. */
const struct instance_net *exo_net_config(void);

/*
 * exo_net_memory_make - the memory of an interface from a small LibOS's domain, mapped from `address` on:
 * the shared pages, then `buffer_count` frames.
 *
 * Returns  0 or -EXO_E_* (EXO_E_BUSY: no frames left)
 */
int64_t exo_net_memory_make(struct exo_domain *domain, uint64_t address, uint32_t buffer_count,
                            struct exo_net_memory *memory);

/*
 * exo_net_open - make a ring, offer its receive buffers, and attach it to all claims of the instance.
 *
 * net    filled in; borrows memory's frames until exo_net_close
 * env    id of the env that gets event bit `event` (below 63) when packets arrive
 *
 * Returns  0; -EXO_E_NONE: the instance has no network; other -EXO_E_* of the kernel calls
 */
int64_t exo_net_open(struct exo_net *net, const struct exo_net_memory *memory, uint64_t env,
                     uint32_t event);

/* exo_net_close - the ring ends, its net table is data again. 0 or -EXO_E_*: -EXO_E_AGAIN while the card still reads. */
int64_t exo_net_close(struct exo_net *net);

/*
 * exo_net_receive - the next packet that has arrived. No kernel call.
 *
 * packet  filled in; its buffer is the caller's until exo_net_give_back, in any order. While buffers are held, fewer
 *         packets can arrive: copy what is kept for long
 *
 * Returns  false: there is none
 */
static inline bool exo_net_receive(struct exo_net *net, struct exo_net_packet *packet);

/* exo_net_give_back - give a received packet's buffer back to the ring. */
static inline void exo_net_give_back(struct exo_net *net, const struct exo_net_packet *packet);

/*
 * exo_net_buffer - a buffer of EXO_NET_BUFFER_BYTES to write a packet into.
 *
 * buffer  set to its number, for exo_net_send or exo_net_buffer_drop
 *
 * Returns  NULL: all are being sent: flush, and try again after the next event
 */
static inline uint8_t *exo_net_buffer(struct exo_net *net, uint16_t *buffer);
static inline void exo_net_buffer_drop(struct exo_net *net, uint16_t buffer);

/*
 * exo_net_send - post the packet in a buffer of exo_net_buffer's. It leaves with the next exo_net_flush.
 *
 * offset   where it begins in the buffer
 * length   of the whole frame, at most mtu + 18
 * flags    EXO_NET_SEND_CHECKSUM: the TCP or UDP checksum field holds the sum of the pseudo header; the card
 *          completes it, or this function if the card cannot
 *
 * The claim that permits it is found by the packet's source address and port. The card's address is put in as the
 * source of the frame and the sender of ARP by the kernel.
 *
 * Returns  false: no claim permits it, or the ring is full; the buffer is still the caller's
 */
bool exo_net_send(struct exo_net *net, uint16_t buffer, uint32_t offset, uint32_t length,
                  uint32_t flags);

/*
 * exo_net_permission - what exo_net_send finds out about a packet, for who builds many of one kind.
 *
 * ethertype  EXO_NET_IPV4 or EXO_NET_IPV6
 * address    its source, 16 bytes; IPv4: ::ffff:a.b.c.d
 * protocol, port  of the transport header; the source port
 *
 * Returns  the row of the claim; 0: there is none
 */
uint32_t exo_net_permission(struct exo_net *net, uint32_t ethertype, const uint8_t *address,
                            uint32_t protocol, uint32_t port);

/*
 * exo_net_post - exo_net_send of a packet that begins with its buffer, without a look at it.
 *
 * flags       EXO_NET_SEND_CHECKSUM only if the card can do that (the machine page's net.features)
 * permission  of exo_net_permission
 *
 * Returns  false: the ring is full; the buffer is still the caller's
 */
static inline bool exo_net_post(struct exo_net *net, uint16_t buffer, uint32_t length,
                                uint32_t flags, uint32_t permission);

/*
 * exo_net_send_segments - post a TCP packet of up to 64 KiB that the card cuts into segments.
 *
 * piece    up to EXO_NET_SEND_PIECES pieces of the ring's buffer memory, the first with all headers; they must not change
 *          until exo_net_flush has reclaimed them; none of them is put into the pool of buffers
 * segment  payload bytes of each segment
 *
 * Returns  false: the card cannot (EXO_NET_CARD_SEGMENT4, 6 in the machine page), no claim permits it, or the ring is full
 */
struct exo_net_piece {
    uint32_t offset; /* from memory.buffers */
    uint16_t length;
};
bool exo_net_send_segments(struct exo_net *net, const struct exo_net_piece *piece, uint32_t count,
                           uint16_t segment);

/*
 * exo_net_flush - send what was posted, take back what was sent, and let the kernel look for received packets.
 *
 * Returns  packets sent, or -EXO_E_*; -EXO_E_AGAIN: the card is full, the event comes when it is not
 */
int64_t exo_net_flush(struct exo_net *net);

/* exo_net_pending - has anything been posted that was not flushed? */
static inline bool exo_net_pending(const struct exo_net *net)
{
    return net->send_posted != __atomic_load_n(&net->ring->send_taken, __ATOMIC_RELAXED);
}

/* exo_net_arrived - would exo_net_receive return a packet? */
static inline bool exo_net_arrived(const struct exo_net *net)
{
    return __atomic_load_n(&net->ring->receive_filled, __ATOMIC_ACQUIRE) != net->receive_taken;
}

/* exo_net_crowded - are more of the offered buffers full than free? The next packets may soon be lost then. */
static inline bool exo_net_crowded(const struct exo_net *net)
{
    uint32_t filled = __atomic_load_n(&net->ring->receive_filled, __ATOMIC_ACQUIRE);

    return filled - net->receive_taken > net->receive_posted - filled;
}

/* exo_net_wait - sleep until a packet has arrived, an event of the env, or the deadline (nanoseconds since boot). */
void exo_net_wait(const struct exo_net *net, uint64_t deadline_ns);

/* exo_net_quiet - no events while `quiet`: for a LibOS that polls anyway. */
void exo_net_quiet(struct exo_net *net, bool quiet);

/* exo_net_sum - the 16-bit ones' complement sum of some bytes, added to `sum`; not inverted. */
uint32_t exo_net_sum(const void *bytes, uint32_t count, uint32_t sum);

/* --- Inside ----------------------------------------------------------------------------------------------- */

/* exo_net_reclaim - take back what was sent. */
void exo_net_reclaim(struct exo_net *net);

/* exo_net_offer - put buffer number `buffer` behind the receive buffers that are offered already. */
static inline void exo_net_offer(struct exo_net *net, uint16_t buffer)
{
    net->ring->receive[net->receive_posted++ % EXO_NET_RECEIVE_MAX].buffer = buffer;
    /* The entry before the counter: the kernel reads them the other way round. */
    __atomic_store_n(&net->ring->receive_posted, net->receive_posted, __ATOMIC_RELEASE);
}

/* exo_net_next - the entry of the next packet, if one has arrived: a look before exo_net_receive, or exo_net_taken. */
static inline const struct exo_net_received *exo_net_next(const struct exo_net *net)
{
    return &net->ring->receive[net->receive_taken % EXO_NET_RECEIVE_MAX];
}

/* exo_net_next_length - of the next packet, in as many buffers as it has: one has arrived. */
static inline uint32_t exo_net_next_length(const struct exo_net *net)
{
    const struct exo_net_received *entry = exo_net_next(net);
    uint32_t bytes = entry->length;

    for (uint32_t i = 1; entry->flags & EXO_NET_RECEIVED_MORE && i < EXO_NET_MERGED_MAX; i++) {
        entry = &net->ring->receive[(net->receive_taken + i) % EXO_NET_RECEIVE_MAX];
        bytes += entry->length;
    }
    return bytes;
}

/* exo_net_bytes - the packet. */
static inline uint8_t *exo_net_bytes(const struct exo_net *net,
                                     const struct exo_net_received *entry)
{
    return net->memory.buffers + (uint64_t)entry->buffer * EXO_NET_BUFFER_BYTES + EXO_NET_HEADROOM;
}

/* exo_net_taken - the packet of exo_net_next is dealt with: receive and give back in one. */
static inline void exo_net_taken(struct exo_net *net, const struct exo_net_received *entry)
{
    uint16_t buffer = entry->buffer; /* the entry may be the one that is offered next */

    net->receive_taken++;
    net->statistics.received++;
    exo_net_offer(net, buffer);
}

static inline bool exo_net_receive(struct exo_net *net, struct exo_net_packet *packet)
{
    if (!exo_net_arrived(net))
        return false;
    const struct exo_net_received *entry = exo_net_next(net);

    net->receive_taken++;
    packet->bytes = exo_net_bytes(net, entry);
    packet->length = entry->length;
    packet->flags = entry->flags;
    packet->network = entry->network;
    packet->transport = entry->transport;
    packet->filter = entry->filter;
    packet->time_us = entry->time_us;
    packet->buffer = entry->buffer;
    net->statistics.received++;
    return true;
}

static inline void exo_net_give_back(struct exo_net *net, const struct exo_net_packet *packet)
{
    exo_net_offer(net, packet->buffer);
}

static inline uint8_t *exo_net_buffer(struct exo_net *net, uint16_t *buffer)
{
    if (!net->free_count)
        exo_net_reclaim(net);
    if (!net->free_count) {
        net->statistics.full++;
        return NULL;
    }
    *buffer = net->free[--net->free_count];
    return net->memory.buffers + (uint64_t)*buffer * EXO_NET_BUFFER_BYTES;
}

static inline void exo_net_buffer_drop(struct exo_net *net, uint16_t buffer)
{
    net->free[net->free_count++] = buffer;
}

/* exo_net_room - has the ring room for one more, without a look at what was sent? */
static inline bool exo_net_room(const struct exo_net *net)
{
    return net->send_posted - net->send_reclaimed < EXO_NET_SEND_MAX;
}

/* exo_net_post_one - exo_net_post where there is room. */
static inline void exo_net_post_one(struct exo_net *net, uint16_t buffer, uint32_t length,
                                    uint32_t flags, uint32_t permission)
{
    uint32_t at = net->send_posted++ % EXO_NET_SEND_MAX;

    net->ring->send[at] = (struct exo_net_send){.offset = (uint32_t)buffer * EXO_NET_BUFFER_BYTES,
                                                .length = (uint16_t)length,
                                                .flags = (uint16_t)(flags & EXO_NET_SEND_CHECKSUM),
                                                .filter = permission};
    net->sending[at] = buffer;
    net->statistics.sent++;
    __atomic_store_n(&net->ring->send_posted, net->send_posted, __ATOMIC_RELEASE);
}

static inline bool exo_net_post(struct exo_net *net, uint16_t buffer, uint32_t length,
                                uint32_t flags, uint32_t permission)
{
    if (length > EXO_NET_BUFFER_BYTES)
        return false;
    if (!exo_net_room(net))
        exo_net_reclaim(net);
    if (!exo_net_room(net)) {
        net->statistics.full++;
        return false;
    }
    exo_net_post_one(net, buffer, length, flags, permission);
    return true;
}
