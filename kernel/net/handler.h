/* SPDX-License-Identifier: MIT */
/* handler.h - filters whose packets a downloaded program looks at first. */
#pragma once
#include "net/ring.h"

/*
 * handler_takes - run the filter's program on a packet; what it sends is sent. REQUIRES(net_lock).
 *
 * events  set to the event bits that the env of the filter's ring shall get
 *
 * Returns  true: the packet is dealt with; false: it goes to the ring
 */
bool handler_takes(struct exo_net_row *filter, const struct net_packet *packet, uint64_t *events);
