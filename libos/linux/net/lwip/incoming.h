/* SPDX-License-Identifier: MIT */
/* incoming.h - TCP segments on their way from the card to lwIP. */
#pragma once
#include "lib/exo/net.h"
#include <lwip/pbuf.h>

/* incoming_count - how many segments were merged into the one that lwIP is dealing with. */
extern u32_t incoming_count;
/* stack_acknowledge - lwIP's hook (stack.c): what was received of a connection is to be acknowledged, now or later. */
struct tcp_pcb;
void stack_acknowledge(struct tcp_pcb *pcb);
/* incoming_batch - counts the times that the ring was emptied. */
extern u32_t incoming_batch;

/*
 * incoming_segment - a received packet: is it a segment that waits here for those that continue it?
 *
 * pbuf  the packet off the ring; NULL: it lies in the ring
 *
 * Returns  false: it is somebody else's, nothing happened; true: it is dealt with, as is the pbuf
 */
bool incoming_segment(const struct exo_net_packet *packet, struct pbuf *pbuf);

/* incoming_flush - hand what waits to lwIP. */
void incoming_flush(void);

/* incoming_waits - is there something to hand over? */
bool incoming_waits(void);

/*
 * incoming_again - while something waits: is a packet an acknowledgement that goes on where those that wait here are? Then that is all;
 * it can be given back.
 *
 * network  offset of the IP header
 * flags    EXO_NET_RECEIVED_*
 */
bool incoming_again(const uint8_t *frame, uint32_t network, uint32_t bytes, uint32_t flags);
