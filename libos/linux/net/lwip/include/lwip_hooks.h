/* SPDX-License-Identifier: MIT */
/* lwip_hooks.h - what lwIP calls out for, besides the functions in arch/cc.h. */
#pragma once
#include <lwip/err.h>
struct tcp_pcb;
struct tcp_hdr;
struct ip6_addr;
const struct ip6_addr *gate_router(void);                                   /* gate.h */
err_t gate_admits(const struct tcp_pcb *pcb, const struct tcp_hdr *header); /* gate.h */
