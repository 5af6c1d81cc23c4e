/* SPDX-License-Identifier: MIT */
/*
 * outgoing.c - TCP segments on their way from lwIP to the card.
 *
 * lwIP's segments may be many times as large as a packet (patches/big-segments.patch); they are cut here, as late as possible. Those to an IPv4
 * neighbour whose hardware address is known are written into the card's ring at once, with all headers. The others go
 * through lwIP's lower half, one by one.
 */
#include "libos/linux/net/lwip/outgoing.h"
#include "libos/linux/net/lwip/card.h"
#include "libos/linux/net/lwip/cut.h"
#include "libos/linux/net/lwip/fast.h"
#include "libos/linux/net/lwip/staging.h"
#include "lib/exo/checksum.h"
#include <lwip/ip.h>
#include <lwip/netif.h>
#include <lwip/prot/tcp.h>

#define ETHERNET_BYTES 14u
#define IP4_BYTES      20u
#define TCP_AT         (ETHERNET_BYTES + IP4_BYTES)
#define IP_TCP         6u

/* Where the next byte of payload lies. */
struct cursor {
    const struct pbuf *pbuf;
    uint32_t at;
};

static void take(struct cursor *from, uint8_t *to, uint32_t bytes)
{
    while (bytes) {
        uint32_t here = min_of(bytes, from->pbuf->len - from->at);

        memcpy(to, (const uint8_t *)from->pbuf->payload + from->at, here);
        to += here;
        bytes -= here;
        from->at += here;
        if (from->at == from->pbuf->len && bytes) {
            from->pbuf = from->pbuf->next;
            from->at = 0;
        }
    }
}

static uint16_t
    identification; /* of IPv4 packets that are never fragments: it need not be hard to guess */

/* A segment to an IPv4 neighbour. */
struct way {
    const struct tcp_pcb *pcb;
    const struct pbuf *segment;
    const struct eth_addr *hop;
    uint32_t source, destination; /* as on the wire */
    uint32_t permission;
    uint32_t tcp_bytes; /* of its header */
};

/* The IP header, without length, number and checksum. */
static void write_ip(uint8_t *ip, const struct way *way)
{
    memset(ip, 0, IP4_BYTES);
    ip[0] = 0x45;
    ip[1] = way->pcb->tos;
    ip[8] = way->pcb->ttl;
    ip[9] = IP_TCP;
    memcpy(ip + 12, &way->source, 4);
    memcpy(ip + 16, &way->destination, 4);
}

static void store16(uint8_t *at, uint32_t word)
{
    memcpy(at, &(uint16_t){(uint16_t)word}, 2);
}

/* One segment that needs no cutting, all of it in one pbuf: what most are that do not belong to a bulk transfer. */
static void send_one(const struct way *way)
{
    uint32_t bytes = way->segment->len;
    struct card_frame place;
    uint8_t *frame = card_frame(&place, TCP_AT + bytes);
    bool sums = card_sums();

    if (!frame)
        return;
    uint8_t *ip = frame + ETHERNET_BYTES;
    uint8_t *tcp = frame + TCP_AT;
    uint32_t length = __builtin_bswap16((uint16_t)bytes);

    fast_ethernet(frame, way->hop);
    write_ip(ip, way);
    store16(ip + 2, __builtin_bswap16((uint16_t)(IP4_BYTES + bytes)));
    store16(ip + 4, __builtin_bswap16(identification++));
    store16(ip + 10, ~checksum_add(ip, IP4_BYTES, 0));
    memcpy(tcp, way->segment->payload, bytes);
    uint64_t pseudo = (uint64_t)(IP_TCP << 8) + length + way->source + way->destination;

    if (sums) {
        store16(tcp + 16, checksum_add(tcp, 0, pseudo));
    } else {
        store16(tcp + 16, 0);
        store16(tcp + 16, ~checksum_add(tcp, bytes, pseudo));
    }
    card_frame_send(&place, way->permission, sums);
}

static void send_cut(const struct way *way, uint32_t unit)
{
    struct cut cut __attribute__((uninitialized));
    struct cursor cursor = {.pbuf = way->segment, .at = way->tcp_bytes};
    uint8_t ethernet[ETHERNET_BYTES];
    bool sums = card_sums();

    fast_ethernet(ethernet, way->hop);
    write_ip(cut.header, way);
    store16(cut.header + 4, __builtin_bswap16(identification));
    memcpy(cut.header + IP4_BYTES, way->segment->payload, way->tcp_bytes);
    if (!cut_begin(&cut, way->segment->tot_len - way->tcp_bytes, unit))
        return;
    do {
        struct card_frame place;
        uint8_t *frame = card_frame(&place, ETHERNET_BYTES + cut.header_bytes + cut.part);

        identification++;
        if (!frame)
            break; /* no memory: lost, and sent again by and by */
        uint8_t *payload = frame + ETHERNET_BYTES + cut.header_bytes;

        take(&cursor, payload, cut.part);
        memcpy(frame, ethernet, ETHERNET_BYTES);
        cut_header(&cut, frame + ETHERNET_BYTES, sums ? NULL : payload);
        card_frame_send(&place, way->permission, sums);
    } while (cut_next(&cut));
}

/* All of a big segment, for the card to cut. false: not so, nothing happened. */
static bool send_whole(const struct way *way, uint32_t unit)
{
    uint32_t bytes = way->segment->tot_len;
    struct staging *area =
        unit >= STAGING_UNIT_MIN && TCP_AT + bytes <= STAGING_BYTES ? staging_take() : NULL;

    if (!area)
        return false;
    uint8_t *frame = staging_frame(area);
    uint8_t *ip = frame + ETHERNET_BYTES;
    uint8_t *tcp = frame + TCP_AT;

    fast_ethernet(frame, way->hop);
    write_ip(ip, way);
    store16(ip + 2, __builtin_bswap16((uint16_t)(IP4_BYTES + bytes)));
    store16(ip + 4, __builtin_bswap16(identification));
    store16(ip + 10, ~checksum_add(ip, IP4_BYTES, 0));
    pbuf_copy_partial(way->segment, tcp, (u16_t)bytes, 0);
    store16(tcp + 16, checksum_add(tcp, 0,
                                   (uint64_t)(IP_TCP << 8) + __builtin_bswap16((uint16_t)bytes) +
                                       way->source + way->destination));
    if (!staging_send(area, TCP_AT + bytes, (uint16_t)unit))
        return false;
    identification = (uint16_t)(identification + (bytes - way->tcp_bytes + unit - 1) / unit);
    return true;
}

/* false: it is lwIP's. */
static bool to_ring(const struct tcp_pcb *pcb, const struct pbuf *segment, uint32_t source,
                    uint32_t destination, u16_t unit)
{
    const struct tcp_hdr *header = segment->payload;
    struct way way = {.pcb = pcb,
                      .segment = segment,
                      .hop = fast_hop(destination),
                      .source = source,
                      .destination = destination,
                      .tcp_bytes = TCPH_HDRLEN_BYTES(header)};

    if (!way.hop || way.tcp_bytes > segment->len)
        return false;
    way.permission = card_permission(source, IP_TCP, lwip_ntohs(header->src));
    if (!way.permission)
        return false;
    if (!segment->next && (!unit || segment->len - way.tcp_bytes <= unit))
        send_one(&way);
    else if (!unit || segment->tot_len - way.tcp_bytes <= unit || !send_whole(&way, unit))
        send_cut(&way, unit ? unit : UINT16_MAX);
    return true;
}

/* Through lwIP's lower half, which may have to ask for the neighbour's address first. */
static err_t through_lwip(const struct tcp_pcb *pcb, struct pbuf *segment, const ip_addr_t *source,
                          const ip_addr_t *destination)
{
    return ip_output_if(segment, source, destination, pcb->ttl, pcb->tos, IP_PROTO_TCP,
                        netif_default);
}

static err_t cut_through_lwip(const struct tcp_pcb *pcb, const struct pbuf *segment,
                              const ip_addr_t *source, const ip_addr_t *destination, u16_t unit)
{
    const struct tcp_hdr *header = segment->payload;
    uint16_t header_bytes = TCPH_HDRLEN_BYTES(header);
    uint16_t payload = (uint16_t)(segment->tot_len - header_bytes);
    err_t error = ERR_OK;

    for (uint16_t at = 0; at < payload && error == ERR_OK; at = (uint16_t)(at + unit)) {
        uint16_t part = (uint16_t)min_of(unit, payload - at);
        struct pbuf *piece = pbuf_alloc(PBUF_IP, (u16_t)(header_bytes + part), PBUF_RAM);
        struct tcp_hdr *own;

        if (!piece)
            return at ? ERR_OK : ERR_MEM; /* what is missing is sent again */
        own = piece->payload;
        memcpy(own, header, header_bytes);
        own->seqno = lwip_htonl(lwip_ntohl(header->seqno) + at);
        if (at + part < payload)
            TCPH_UNSET_FLAG(own, TCP_PSH | TCP_FIN);
        pbuf_copy_partial(segment, (uint8_t *)piece->payload + header_bytes, part,
                          (u16_t)(header_bytes + at));
        error = through_lwip(pcb, piece, source, destination);
        pbuf_free(piece);
        if (unit > payload - at)
            break;
    }
    return error;
}

err_t outgoing_segment(const struct tcp_pcb *pcb, struct pbuf *segment, const ip_addr_t *source,
                       const ip_addr_t *destination, u16_t unit)
{
    uint32_t tcp_bytes = TCPH_HDRLEN_BYTES((const struct tcp_hdr *)segment->payload);

    if (IP_IS_V4(destination) &&
        to_ring(pcb, segment, ip_2_ip4(source)->addr, ip_2_ip4(destination)->addr, unit))
        return ERR_OK;
    if (unit && segment->tot_len - tcp_bytes > unit)
        return cut_through_lwip(pcb, segment, source, destination, unit);
    return through_lwip(pcb, segment, source, destination);
}
