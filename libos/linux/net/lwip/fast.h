/* SPDX-License-Identifier: MIT */
/* fast.h - UDP over IPv4 past lwIP: whole datagrams for a socket, and from one to a neighbour whose address is known. */
#pragma once
#include "libos/linux/net/inet.h"
#include "lib/exo/net.h"

/* fast_is_datagram - a received packet: does it begin as UDP over IPv4 without options does? */
static inline bool fast_is_datagram(const struct exo_net_received *entry, const uint8_t *frame)
{
    return entry->network == 14 && entry->transport == 34 && frame[14] == 0x45 && frame[23] == 17;
}

/* fast_receive - such a packet. true: it is dealt with; false: it is lwIP's. */
bool fast_receive(const struct exo_net_received *entry, const uint8_t *frame);

/*
 * fast_send - post a datagram on the card's ring.
 *
 * Returns  0: posted, or lost as on a wire; 1: it is lwIP's, nothing happened; -EFAULT
 */
int fast_send(const struct inet_socket *self, const struct endpoint *from,
              const struct endpoint *to, uint8_t tos, uint8_t ttl, struct message *message);

/* fast_forget - lwIP may have learned or forgotten something about neighbours: what was found out before is looked for again. */
void fast_forget(void);

/* fast_is_host - is this the address of one host, so that lwIP would take a packet from there? */
bool fast_is_host(uint32_t network_order);

/* fast_hop - the hardware address that packets to an IPv4 address go to, as far as lwIP knows it; NULL: lwIP is to find it out. */
struct eth_addr;
const struct eth_addr *fast_hop(uint32_t destination);
/* fast_ethernet - write the Ethernet header of an IPv4 packet for a hop. */
void fast_ethernet(uint8_t *frame, const struct eth_addr *hop);
