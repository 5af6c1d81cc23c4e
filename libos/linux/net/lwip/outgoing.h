/* SPDX-License-Identifier: MIT */
/* outgoing.h - TCP segments on their way from lwIP to the card. */
#pragma once
#include <lwip/ip_addr.h>
#include <lwip/pbuf.h>
#include <lwip/tcp.h>

/*
 * outgoing_segment - lwIP's hook: send a segment, cut into such as fit on the wire.
 *
 * segment      from its TCP header on, which lies in the first pbuf and has no checksum yet; borrowed
 * destination  and source, of the same version
 * unit         bytes of payload in a segment on the wire; 0: it is not to be cut
 *
 * Returns  ERR_OK: sent, or lost as on a wire; ERR_MEM, ERR_RTE: lwIP tries again
 */
err_t outgoing_segment(const struct tcp_pcb *pcb, struct pbuf *segment, const ip_addr_t *source,
                       const ip_addr_t *destination, u16_t unit);
