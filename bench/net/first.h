/* SPDX-License-Identifier: MIT */
#pragma once
#include "net/filter.h"

/* find_first - filter_find for a packet of the card's first pair of queues. */
struct exo_net_row *find_first(struct net_packet *packet);
