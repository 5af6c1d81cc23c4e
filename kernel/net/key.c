/* SPDX-License-Identifier: MIT */
/*
 * key.c - packets reduced to normalised headers.
 *
 * Whoever demultiplexes and whoever receives must agree on what a packet is; therefore everything ambiguous is
 * decided here once: one VLAN tag is taken off, options are skipped, fragments have no ports, and a packet whose
 * lengths contradict each other has neither addresses nor ports. Checksums are the receiver's business.
 * Source: IEEE 802.1Q; RFC 791, RFC 826, RFC 8200, RFC 9293, RFC 768.
 */
#include "net/key.h"

#define ETHERNET_BYTES 14
#define TYPE_IPV4      0x0800
#define TYPE_ARP       0x0806
#define TYPE_VLAN      0x8100
#define TYPE_VLAN_S    0x88a8
#define TYPE_IPV6      0x86dd

#define IP_SCTP        132
#define EXTENSIONS_MAX 8

/* What is still to be read: bytes [at, end) of the packet, of which those below `have` are here. */
struct reader {
    const uint8_t *packet;
    uint32_t have;
    uint32_t at, end;
};

static uint32_t get16(const struct reader *r, uint32_t offset)
{
    return (uint32_t)r->packet[r->at + offset] << 8 | r->packet[r->at + offset + 1];
}

/* Can the next `bytes` be read? */
static bool present(const struct reader *r, uint32_t bytes)
{
    return r->end - r->at >= bytes && r->at + bytes <= r->have;
}

static uint16_t swap16(uint32_t value)
{
    return __builtin_bswap16((uint16_t)value);
}

static void set_ipv4(uint8_t *address, const uint8_t *bytes)
{
    uint32_t value;

    __builtin_memcpy(&value, bytes, 4);
    uint64_t low = (uint64_t)value << 32 | 0xffff0000u; /* ::ffff:a.b.c.d, as bytes */

    __builtin_memset(address, 0, 8);
    __builtin_memcpy(address + 8, &low, 8);
}

/* Ports, and where the payload begins. False: the header does not fit. */
static bool read_transport(struct exo_net_key *key, struct net_layout *layout, struct reader *r)
{
    uint32_t header = 0;

    switch (key->protocol) {
    case NET_IP_TCP:
        if (!present(r, 20))
            return false;
        header = (uint32_t)(r->packet[r->at + 12] >> 4) * 4;
        if (header < 20 || r->end - r->at < header)
            return false;
        break;
    case NET_IP_UDP:
        if (!present(r, 8))
            return false;
        if (get16(r, 4) < 8 || get16(r, 4) > r->end - r->at)
            return false;
        header = 8;
        r->end = r->at + get16(r, 4);
        break;
    case IP_SCTP:
        if (!present(r, 12))
            return false;
        header = 12;
        break;
    default:
        break;
    }
    if (header) {
        __builtin_memcpy(&key->source_port, r->packet + r->at, 2);
        __builtin_memcpy(&key->destination_port, r->packet + r->at + 2, 2);
        layout->transport = (uint16_t)r->at;
        layout->protocol = key->protocol;
        layout->payload = (uint16_t)(r->at + header);
    }
    r->at += header;
    uint32_t limit = r->end < r->have ? r->end : r->have;

    if (r->at + 8 <= limit)
        __builtin_memcpy(key->payload, r->packet + r->at, 8);
    else
        for (uint32_t i = 0; r->at + i < limit; i++)
            key->payload[i] = r->packet[r->at + i];
    return true;
}

static bool read_ipv4(struct exo_net_key *key, struct net_layout *layout, struct reader *r)
{
    const uint8_t *header = r->packet + r->at;

    if (!present(r, 20) || header[0] >> 4 != 4)
        return false;
    uint32_t header_bytes = (header[0] & 15u) * 4;
    uint32_t total = get16(r, 2);

    if (header_bytes < 20 || total < header_bytes || total > r->end - r->at)
        return false;
    bool fragment = get16(r, 6) & 0x3fff; /* more to come, or not the first */

    key->protocol = header[9];
    set_ipv4(key->source, header + 12);
    set_ipv4(key->destination, header + 16);
    r->end = r->at + total;
    r->at += header_bytes;
    if (fragment) {
        key->flags |= EXO_NET_KEY_FRAGMENT;
        return true;
    }
    return read_transport(key, layout, r);
}

/* Skips extension headers up to one that ends the chain. */
static bool read_extensions(struct exo_net_key *key, struct reader *r)
{
    for (int i = 0; i < EXTENSIONS_MAX; i++) {
        uint32_t bytes = 8;

        switch (key->protocol) {
        case 0:  /* hop by hop */
        case 43: /* routing */
        case 60: /* destination options */
            if (!present(r, 8))
                return false;
            bytes = (r->packet[r->at + 1] + 1u) * 8;
            break;
        case 51: /* authentication */
            if (!present(r, 8))
                return false;
            bytes = (r->packet[r->at + 1] + 2u) * 4;
            break;
        case 44: /* fragment */
            if (!present(r, 8))
                return false;
            key->protocol = r->packet[r->at];
            key->flags |= EXO_NET_KEY_FRAGMENT;
            r->at += 8;
            return true;
        default:
            return true;
        }
        if (!present(r, bytes))
            return false;
        key->protocol = r->packet[r->at];
        r->at += bytes;
    }
    return false;
}

static bool read_ipv6(struct exo_net_key *key, struct net_layout *layout, struct reader *r)
{
    const uint8_t *header = r->packet + r->at;

    if (!present(r, 40) || header[0] >> 4 != 6)
        return false;
    uint32_t bytes = get16(r, 4);

    if (bytes > r->end - r->at - 40)
        return false;
    key->protocol = header[6];
    __builtin_memcpy(key->source, header + 8, 16);
    __builtin_memcpy(key->destination, header + 24, 16);
    r->end = r->at + 40 + bytes;
    r->at += 40;
    if (!read_extensions(key, r))
        return false;
    return key->flags & EXO_NET_KEY_FRAGMENT || read_transport(key, layout, r);
}

static bool read_arp(struct exo_net_key *key, const struct reader *r)
{
    const uint8_t *arp = r->packet + r->at;

    if (!present(r, 28) || get16(r, 0) != 1 || get16(r, 2) != TYPE_IPV4 || arp[4] != 6 ||
        arp[5] != 4 || arp[6])
        return false;
    key->protocol = arp[7];
    set_ipv4(key->source, arp + 14);
    set_ipv4(key->destination, arp + 24);
    return true;
}

void net_key_read(union net_key *key, struct net_layout *layout, const uint8_t *packet,
                  uint32_t have, uint32_t length)
{
    have = have < length ? have : length;
    struct exo_net_key *k = &key->field;
    struct reader r = {.packet = packet, .have = have, .at = 12, .end = length};
    bool good = true;

    *key = (union net_key){.word = {0}};
    *layout = (struct net_layout){0};
    if (r.have < ETHERNET_BYTES) {
        k->flags = EXO_NET_KEY_MALFORMED;
        return;
    }
    __builtin_memcpy(k->mac, packet, 6);
    k->flags = packet[0] & 1 ? EXO_NET_KEY_GROUP : 0;
    uint32_t type = get16(&r, 0);

    if ((type == TYPE_VLAN || type == TYPE_VLAN_S) && r.have >= ETHERNET_BYTES + 4) {
        k->vlan = swap16(0x1000 | (get16(&r, 2) & 0xfff));
        k->flags |= EXO_NET_KEY_TAGGED;
        r.at += 4;
        type = get16(&r, 0);
    }
    r.at += 2;
    k->ethertype = swap16(type);
    layout->network = (uint16_t)r.at;
    if (type == TYPE_IPV4)
        good = read_ipv4(k, layout, &r);
    else if (type == TYPE_IPV6)
        good = read_ipv6(k, layout, &r);
    else if (type == TYPE_ARP)
        good = read_arp(k, &r);
    if (good)
        return;
    uint8_t kept = k->flags & (EXO_NET_KEY_GROUP | EXO_NET_KEY_TAGGED);

    __builtin_memset(key, 0, __builtin_offsetof(struct exo_net_key, mac));
    __builtin_memset(k->payload, 0, 8);
    k->flags = EXO_NET_KEY_MALFORMED | kept;
    *layout = (struct net_layout){0};
}

void net_mask_simplify(union net_key *mask, union net_key *value)
{
    static const uint64_t implied[2] = {UINT64_MAX, UINT32_MAX}; /* of an address: ::ffff:0:0/96 */
    uint16_t type = value->field.ethertype;

    if (mask->field.ethertype != UINT16_MAX ||
        (type != swap16(TYPE_IPV4) && type != swap16(TYPE_ARP)))
        return;
    for (uint32_t i = 1; i < 5; i++) {
        uint64_t drop = mask->word[i] & implied[(i - 1) % 2];
        uint64_t is = (i - 1) % 2 ? 0xffff0000u : 0;

        if ((value->word[i] & drop) != (is & drop))
            continue; /* it matches no packet: let it be */
        mask->word[i] &= ~drop;
        value->word[i] &= ~drop;
    }
}

void net_key_turn(union net_key *key)
{
    uint16_t port = key->field.source_port;

    key->field.source_port = key->field.destination_port;
    key->field.destination_port = port;
    for (uint32_t i = 1; i < 3; i++) {
        uint64_t word = key->word[i];

        key->word[i] = key->word[i + 2];
        key->word[i + 2] = word;
    }
}
_Static_assert(__builtin_offsetof(struct exo_net_key, destination) == 8 &&
                   __builtin_offsetof(struct exo_net_key, source) == 24,
               "net_key_turn");
