/* SPDX-License-Identifier: MIT */
/* fast.h - UDP over IPv4 past lwIP: whole datagrams for a socket, and from one to a neighbour whose address is known. */
#pragma once
#include "libos/linux/net/inet.h"
#include "lib/exo/net.h"

/* fast_receive - true: the packet was a datagram and is dealt with; false: it is lwIP's. */
bool fast_receive(const struct exo_net_packet *packet);

/*
 * fast_send - post a datagram on the card's ring.
 *
 * Returns  0: posted, or lost as on a wire; 1: it is lwIP's, nothing happened; -EFAULT
 */
int fast_send(const struct inet_socket *self, const struct endpoint *from,
              const struct endpoint *to, uint8_t tos, uint8_t ttl, struct message *message);
