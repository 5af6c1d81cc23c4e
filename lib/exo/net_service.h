/* SPDX-License-Identifier: MIT */
/* net_service.h - for small LibOSes that serve a port straight from the packet ring, without a stack. */
#pragma once
#include "lib/exo/net.h"

/*
 * exo_net_divert - give UDP datagrams over IPv4 to one port to a downloaded packet handler first; what it does not take comes to the
 * ring as before.
 *
 * program  id of a loaded packet handler
 *
 * A filter for the port is made inside each claim of the instance that covers it; a claim of just this port is used itself.
 *
 * Returns  how many filters have the handler; -EXO_E_NONE: no claim covers the port; other -EXO_E_* of the kernel calls
 */
int64_t exo_net_divert(struct exo_net *net, uint16_t port, uint64_t program);

/* exo_net_answer_arp - is the packet ARP? Then, if it asks for one of our addresses, it is answered with the next flush. */
bool exo_net_answer_arp(struct exo_net *net, const struct exo_net_packet *packet);

/*
 * exo_net_udp_to - the payload of a UDP datagram over IPv4 to this port.
 *
 * bytes  set to how many
 *
 * Returns  NULL: the packet is none
 */
const uint8_t *exo_net_udp_to(const struct exo_net_packet *packet, uint16_t port, uint32_t *bytes);

/*
 * exo_net_udp_answer - post an answer to the sender of a UDP datagram (exo_net_udp_to), from the port that it was sent to.
 *
 * bytes  at most mtu - 28
 *
 * Returns  false: no buffer is free, or it is too long; it is lost
 */
bool exo_net_udp_answer(struct exo_net *net, const struct exo_net_packet *packet,
                        const void *payload, uint32_t bytes);
