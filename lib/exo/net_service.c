/* SPDX-License-Identifier: MIT */
/* net_service.c - see net_service.h. */
#include "lib/exo/net_service.h"
#include "base/string.h"
#include "exo_stubs.h"
#include "lib/exo/bytes.h"
#include "lib/exo/libos.h"
#include "lib/exo/match.h"

#define ETHERNET_BYTES 14
#define ARP_BYTES      28
#define ARP_REQUEST    1
#define ARP_REPLY      2
#define IP_BYTES       20
#define UDP_BYTES      8
#define IP_UDP         17
#define TTL            64

/* The filter of a claim's packets to one UDP port: its row, or -EXO_E_*. */
static int64_t port_filter(struct exo_net *net, const struct instance_claim *claim, uint16_t port,
                           uint32_t place)
{
    struct exo_net_filter filter = {.parent = claim->row, .ring = net->row};
    uint32_t row = net->row + place; /* the ring is the first row of the table */

    if (place >= EXO_NET_ROWS)
        return -EXO_E_RANGE;
    exo_match_kind(&filter, EXO_NET_IPV4);
    exo_match_destination(&filter, claim->address, 128);
    exo_match_protocol(&filter, IP_UDP);
    exo_match_ports(&filter, port, 0xffff);
    int64_t error = exo_net_filter(net->slot, row, net->slot, &filter);

    return error < 0 ? error : row;
}

int64_t exo_net_divert(struct exo_net *net, uint16_t port, uint64_t program)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < net->config->claim_count; i++) {
        const struct instance_claim *claim = &net->config->claim[i];
        bool whole = !claim->protocol || claim->port_mask != 0xffff;

        if (claim->receive_only || claim->ethertype != EXO_NET_IPV4 ||
            (claim->protocol && claim->protocol != IP_UDP) ||
            (port & claim->port_mask) != claim->port)
            continue;
        int64_t row = whole ? port_filter(net, claim, port, ++net->filters) : claim->row;
        int64_t error = row < 0 ? row : exo_net_handler(net->slot, (uint32_t)row, program);

        if (error < 0)
            return error;
        count++;
    }
    return count ? (int64_t)count : -EXO_E_NONE;
}

/* Posts a frame in a buffer of ours, or drops the buffer. */
static bool post(struct exo_net *net, uint16_t buffer, uint32_t length)
{
    if (exo_net_send(net, buffer, 0, length, 0))
        return true;
    exo_net_buffer_drop(net, buffer);
    return false;
}

bool exo_net_answer_arp(struct exo_net *net, const struct exo_net_packet *packet)
{
    uint8_t *from = packet->bytes;
    uint16_t buffer;

    if (!packet->network || get16(from + packet->network - 2) != EXO_NET_ARP)
        return false;
    if (packet->network != ETHERNET_BYTES || packet->length < ETHERNET_BYTES + ARP_BYTES ||
        from[ETHERNET_BYTES + 7] != ARP_REQUEST)
        return true;
    uint8_t *frame = exo_net_buffer(net, &buffer);

    if (!frame)
        return true;
    uint8_t *arp = frame + ETHERNET_BYTES;

    memcpy(frame, from, ETHERNET_BYTES + ARP_BYTES);
    memcpy(frame, from + 6, 6);
    arp[7] = ARP_REPLY;
    /* Who asked becomes the target, we the sender; the kernel puts the card's address into both headers. */
    memcpy(arp + 18, from + ETHERNET_BYTES + 8, 10);
    memcpy(arp + 14, from + ETHERNET_BYTES + 24, 4);
    (void)post(net, buffer, ETHERNET_BYTES + ARP_BYTES);
    return true;
}

const uint8_t *exo_net_udp_to(const struct exo_net_packet *packet, uint16_t port, uint32_t *bytes)
{
    const uint8_t *ip = packet->bytes + packet->network;
    const uint8_t *udp = packet->bytes + packet->transport;

    /* The kernel has looked: lengths fit. */
    if (!packet->transport || ip[0] >> 4 != 4 || ip[9] != IP_UDP || get16(udp + 2) != port)
        return NULL;
    *bytes = get16(udp + 4) - UDP_BYTES;
    return udp + UDP_BYTES;
}

bool exo_net_udp_answer(struct exo_net *net, const struct exo_net_packet *packet,
                        const void *payload, uint32_t bytes)
{
    const uint8_t *from = packet->bytes;
    const uint8_t *ip = from + packet->network;
    const uint8_t *udp = from + packet->transport;
    uint32_t link = packet->network;
    uint16_t buffer;

    if (bytes + IP_BYTES + UDP_BYTES > net->config->mtu)
        return false;
    uint8_t *frame = exo_net_buffer(net, &buffer);

    if (!frame)
        return false;
    uint8_t *out = frame + link;

    memcpy(frame, from + 6, 6);
    memcpy(frame + 12, from + 12, link - 12);
    memset(out, 0, IP_BYTES + UDP_BYTES);
    out[0] = 0x45;
    put16(out + 2, IP_BYTES + UDP_BYTES + bytes);
    out[8] = TTL;
    out[9] = IP_UDP;
    memcpy(out + 12, ip + 16, 4);
    memcpy(out + 16, ip + 12, 4);
    put16(out + 10, (uint16_t)~exo_net_sum(out, IP_BYTES, 0));
    memcpy(out + 20, udp + 2, 2);
    memcpy(out + 22, udp, 2);
    put16(out + 24, UDP_BYTES + bytes);
    uint32_t sum = exo_net_sum(out + 12, 8, IP_UDP + UDP_BYTES + bytes);

    memcpy(out + IP_BYTES + UDP_BYTES, payload, bytes);
    sum = ~exo_net_sum(out + IP_BYTES, UDP_BYTES + bytes, sum) & 0xffff;
    put16(out + 26, sum ? sum : 0xffff);
    return post(net, buffer, link + IP_BYTES + UDP_BYTES + bytes);
}
