/* SPDX-License-Identifier: MIT */
/* lwip_hooks.h - what lwIP calls out for, besides the functions in arch/cc.h. */
#pragma once
#include <lwip/err.h>
#include <lwip/ip_addr.h>
struct pbuf;
struct tcp_pcb;
struct tcp_hdr;
struct ip6_addr;
const struct ip6_addr *gate_router(void);                                   /* gate.h */
err_t gate_admits(const struct tcp_pcb *pcb, const struct tcp_hdr *header); /* gate.h */
err_t outgoing_segment(const struct tcp_pcb *pcb, struct pbuf *segment, const ip_addr_t *source,
                       const ip_addr_t *destination, u16_t unit); /* outgoing.h */
extern u32_t incoming_count;                                      /* incoming.h */
void stack_acknowledge(struct tcp_pcb *pcb);                      /* stack.c */
