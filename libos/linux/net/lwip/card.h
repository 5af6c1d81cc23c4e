/* SPDX-License-Identifier: MIT */
/* card.h - the network interface under lwIP: packets from and to the instance's ring (lib/exo/net.h). */
#pragma once
#include "libos/linux/core.h"
#include "lib/exo/net.h"

/* card_start - open the ring and give lwIP an interface with the instance's addresses. false: there is no network. */
bool card_start(void);
/* card_receive - hand what has arrived to lwIP. */
void card_receive(void);
/* card_turn - send what was posted, and receive what that brought. true: there is more already. Call-backs may run. */
bool card_turn(void);
/* card_has_work - would card_turn do anything? */
bool card_has_work(void);
/* card_waits - is there something that card_turn would send? */
bool card_waits(void);
/* card_bytes - how many were received and sent. */
void card_bytes(uint64_t *received, uint64_t *sent, uint64_t *received_packets,
                uint64_t *sent_packets);

/*
 * card_pbuf - a received packet, or a part of it, for lwIP. The packet is the pbuf's, or was given back to the ring.
 *
 * Returns  NULL: no memory, the packet is lost
 */
struct pbuf *card_pbuf(const struct exo_net_packet *packet, uint32_t from, uint32_t bytes);

/* For the inline functions below: the ring, frames that wait for room in it, bytes sent. */
extern struct exo_net card_ring;
extern struct list card_departures;
extern uint64_t card_sent_bytes;
#define CARD_BUFFERS 256u /* for receiving, and as many for sending */

/* Each segment may bring an acknowledgement, while those for as many others have not been taken from the ring. */
static inline bool card_has_room(void)
{
    return card_ring.send_posted - card_ring.send_reclaimed <
           min_of(CARD_BUFFERS / 3, (uint32_t)EXO_NET_SEND_MAX);
}

/*
 * card_place - where the next frame goes if it need not wait, for who knows whom he sends to: past what lwIP does below its protocols.
 * Then card_place_send or card_place_drop.
 *
 * bytes   of the whole frame
 * number  set to the place's
 *
 * Returns  NULL: the ring is full, others wait already, or the frame is too long
 */
static inline uint8_t *card_place(uint32_t bytes, uint16_t *number)
{
    if (__builtin_expect(!list_empty(&card_departures) || !card_has_room() ||
                             !card_ring.free_count || bytes > EXO_NET_BUFFER_BYTES,
                         0))
        return NULL;
    *number = card_ring.free[--card_ring.free_count];
    return card_ring.memory.buffers + (uint64_t)*number * EXO_NET_BUFFER_BYTES;
}

static inline void card_place_drop(uint16_t number)
{
    exo_net_buffer_drop(&card_ring, number);
}

/* card_place_send - post it; card_turn sends. unfinished: its checksum field has the sum of the pseudo header only (card_sums). */
static inline void card_place_send(uint16_t number, uint32_t bytes, uint32_t permission,
                                   bool unfinished)
{
    card_sent_bytes += bytes;
    exo_net_post_one(&card_ring, number, bytes, unfinished ? EXO_NET_SEND_CHECKSUM : 0, permission);
}

/* The same for a frame that may wait for its place. */
struct card_frame {
    struct pbuf *pbuf; /* where it waits, if it does */
    uint32_t bytes;
    uint16_t number;
    bool waits;
};
uint8_t *card_frame_later(struct card_frame *frame);
void card_frame_wait(struct card_frame *frame);

/* card_frame - card_place; if the ring is full, what is posted is sent, and if it still is, the frame waits. NULL: no memory. */
static inline uint8_t *card_frame(struct card_frame *frame, uint32_t bytes)
{
    uint8_t *place = card_place(bytes, &frame->number);

    frame->bytes = bytes;
    frame->waits = !place;
    return place ? place : card_frame_later(frame);
}

static inline void card_frame_send(struct card_frame *frame, uint32_t permission, bool unfinished)
{
    if (__builtin_expect(frame->waits, 0))
        card_frame_wait(frame);
    else
        card_place_send(frame->number, frame->bytes, permission, unfinished);
}

/* card_kick - what was posted leaves. */
static inline void card_kick(void)
{
    (void)exo_net_flush(&card_ring);
}

/* card_permission - the permission to send from an IPv4 address (as on the wire), protocol and port; 0: there is none. */
uint32_t card_permission(uint32_t ip, uint32_t protocol, uint32_t port);
/* card_sums - does the card make the checksums of TCP and UDP? */
bool card_sums(void);
