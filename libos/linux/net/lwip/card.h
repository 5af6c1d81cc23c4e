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
/* card_bytes - how many were received and sent. */
void card_bytes(uint64_t *received, uint64_t *sent, uint64_t *received_packets,
                uint64_t *sent_packets);

/* card_ring - the instance's packet ring, for who builds a whole frame; card_turn sends. NULL: it has no room, it is lwIP's to wait. */
struct exo_net;
struct exo_net *card_ring(void);
/* card_count_sent - a frame of so many bytes was posted there. */
void card_count_sent(uint32_t bytes);
