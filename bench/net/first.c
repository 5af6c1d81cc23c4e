/* SPDX-License-Identifier: MIT */
/* first.c - the kernel's filters with the way of pair 0 as the kernel has it: in one piece, with all places known (net.c poll_first). */
#include "net/filter.c"
#include "bench/net/first.h"

__attribute__((noinline, flatten)) struct exo_net_row *find_first(struct net_packet *packet)
{
    return filter_find(&net_queue[0], packet);
}
