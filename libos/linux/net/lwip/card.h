/* SPDX-License-Identifier: MIT */
/* card.h - the network interface under lwIP: packets from and to the instance's ring (lib/exo/net.h). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

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
struct exo_net_packet;
struct pbuf *card_pbuf(const struct exo_net_packet *packet, uint32_t from, uint32_t bytes);

/* A frame that somebody builds who knows who he sends to: past what lwIP does below its protocols. */
struct card_frame {
    struct pbuf *
        pbuf; /* it waits for room in the ring in there; NULL: it is in one of the ring's buffers */
    uint32_t bytes;
    uint16_t number;
};

/*
 * card_frame - where to write a frame: then card_frame_send or card_frame_drop.
 *
 * bytes    of the whole frame, at most EXO_NET_BUFFER_BYTES
 * flushes  if the ring is full, send what is posted, and if it still is, let the frame wait
 *
 * Returns  NULL: no room
 */
uint8_t *card_frame(struct card_frame *frame, uint32_t bytes, bool flushes);
void card_frame_drop(struct card_frame *frame);
/* card_frame_send - post it; card_turn sends. unfinished: its checksum field has the sum of the pseudo header only (card_sums). */
void card_frame_send(struct card_frame *frame, uint32_t permission, bool unfinished);
/* card_permission - the permission to send from an IPv4 address (as on the wire), protocol and port; 0: there is none. */
uint32_t card_permission(uint32_t ip, uint32_t protocol, uint32_t port);
/* card_sums - does the card make the checksums of TCP and UDP? */
bool card_sums(void);
