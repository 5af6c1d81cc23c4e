/* SPDX-License-Identifier: MIT */
/* gate.h - what happens to a packet before lwIP has it. */
#pragma once
#include "lib/exo/net.h"
#include <lwip/tcp.h>

/* gate_look - look at a packet that lwIP will have next: TIME_WAIT that it ends, an error that it reports. */
void gate_look(const struct exo_net_packet *packet);
/* gate_router - lwIP's hook: the IPv6 router of the configuration; NULL: none. */
const struct ip6_addr *gate_router(void);
/* gate_admits - lwIP's hook: ERR_OK, or the segment is dropped (a SYN to a listening socket whose list is full). */
struct tcp_hdr;
err_t gate_admits(const struct tcp_pcb *pcb, const struct tcp_hdr *header);
