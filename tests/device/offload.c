/* SPDX-License-Identifier: MIT */
/* offload.c - what a card does for its host: completes and verifies checksums, cuts TCP into segments, hashes flows. */
#include "tests/device/device.h"
#include <string.h>

#define IPV4      0x0800
#define IPV6      0x86dd
#define VLAN      0x8100
#define TCP       6
#define UDP       17
#define FRAME_MAX 1518 /* with a tag; longer is not cut yet */
#define FLAG_FIN  0x01
#define FLAG_PSH  0x08
#define FLAG_CWR  0x80

/* Where the headers are; transport 0: it is not a whole TCP or UDP packet. */
struct layout {
    uint32_t ip, transport, payload, end;
    uint8_t protocol;
    bool ipv6;
};

static uint32_t get16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
    return get16(at) << 16 | get16(at + 2);
}

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

static uint64_t sum(uint64_t total, const uint8_t *bytes, uint32_t count)
{
    for (; count > 1; bytes += 2, count -= 2)
        total += get16(bytes);
    return count ? total + ((uint32_t)bytes[0] << 8) : total;
}

static uint32_t fold(uint64_t total)
{
    while (total >> 16)
        total = (total & 0xffff) + (total >> 16);
    return (uint32_t)total;
}

static struct layout layout_of(const struct packet *p)
{
    struct layout l = {.ip = 14};
    const uint8_t *b = p->bytes;
    uint32_t type = p->length >= 18 ? get16(b + 12) : 0;

    if (type == VLAN) {
        type = get16(b + 16);
        l.ip = 18;
    }
    uint32_t room = p->length - l.ip, headers, total;

    if (type == IPV4 && p->length >= l.ip + 20) {
        headers = (b[l.ip] & 15u) * 4;
        total = get16(b + l.ip + 2);
        l.protocol = b[l.ip + 9];
        if (headers < 20 || get16(b + l.ip + 6) & 0x3fff)
            return l;
    } else if (type == IPV6 && p->length >= l.ip + 40) {
        headers = 40;
        total = 40 + get16(b + l.ip + 4);
        l.protocol = b[l.ip + 6];
        l.ipv6 = true;
    } else {
        return l;
    }
    uint32_t least = l.protocol == TCP ? 20 : l.protocol == UDP ? 8 : UINT32_MAX;

    if (total > room || total < headers || total - headers < least)
        return l;
    uint32_t at = l.ip + headers;
    uint32_t size = l.protocol == UDP ? 8 : (b[at + 12] >> 4) * 4u;

    if (size < least || size > total - headers)
        return l;
    l.transport = at;
    l.payload = at + size;
    l.end = l.ip + total;
    return l;
}

/* The sum of the pseudo header, for this many bytes from the transport header on. */
static uint64_t pseudo(const struct packet *p, const struct layout *l, uint32_t bytes)
{
    uint32_t addresses = l->ipv6 ? 32 : 8;

    return sum(bytes + l->protocol, p->bytes + l->ip + (l->ipv6 ? 8 : 12), addresses);
}

bool offload_verify(const struct packet *packet)
{
    struct layout l = layout_of(packet);

    if (!l.transport ||
        (l.protocol == UDP && (get16(packet->bytes + l.transport + 6) == 0 ||
                               get16(packet->bytes + l.transport + 4) != l.end - l.transport)))
        return false;
    uint32_t bytes = l.end - l.transport;

    return fold(sum(pseudo(packet, &l, bytes), packet->bytes + l.transport, bytes)) == 0xffff;
}

uint32_t offload_hash(const struct packet *packet)
{
    struct layout l = layout_of(packet);
    uint32_t hash = 0;

    if (!l.transport)
        return 0;
    const uint8_t *from = packet->bytes + l.ip + (l.ipv6 ? 8 : 12);
    uint32_t words = l.ipv6 ? 8 : 2;

    for (uint32_t i = 0; i < words; i++)
        hash ^= get32(from + 4 * (size_t)i);
    hash ^= get16(packet->bytes + l.transport) ^ get16(packet->bytes + l.transport + 2);
    hash *= 0x9e3779b1;
    return hash >> 12;
}

/* Marks the checksum of a TCP or UDP packet as to be completed: the field gets the pseudo header's. */
static void make_partial(struct packet *p, const struct layout *l)
{
    uint32_t offset = l->protocol == TCP ? 16 : 6;

    put16(p->bytes + l->transport + offset, fold(pseudo(p, l, l->end - l->transport)));
    p->header.hdr.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
    p->header.hdr.csum_start = (uint16_t)l->transport;
    p->header.hdr.csum_offset = (uint16_t)offset;
}

void offload_guess(struct packet *packet, uint32_t segment)
{
    struct layout l = layout_of(packet);

    memset(&packet->header, 0, sizeof packet->header);
    if (packet->length > FRAME_MAX && l.transport && l.protocol == TCP) {
        make_partial(packet, &l);
        packet->header.hdr.gso_type = l.ipv6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
        packet->header.hdr.gso_size = (uint16_t)segment;
        packet->header.hdr.hdr_len = (uint16_t)l.payload;
    } else if (offload_verify(packet)) {
        packet->header.hdr.flags = VIRTIO_NET_HDR_F_DATA_VALID;
    }
}

uint32_t offload_count(const struct packet *packet, bool whole)
{
    struct layout l = layout_of(packet);
    uint32_t segment = packet->header.hdr.gso_size;

    if (whole || packet->header.hdr.gso_type == VIRTIO_NET_HDR_GSO_NONE)
        return 1;
    if (!l.transport || l.protocol != TCP || !segment || l.payload == l.end)
        return 1;
    return (l.end - l.payload + segment - 1) / segment;
}

/* Completes the checksum that the header asks for. */
static bool complete(struct packet *p)
{
    uint32_t start = p->header.hdr.csum_start, at = start + p->header.hdr.csum_offset;

    if (!(p->header.hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
        return true;
    if (start >= p->length || at + 2 > p->length)
        return false;
    uint32_t value = ~fold(sum(0, p->bytes + start, p->length - start)) & 0xffff;

    put16(p->bytes + at, value ? value : 0xffff);
    p->header.hdr.flags = VIRTIO_NET_HDR_F_DATA_VALID;
    p->header.hdr.csum_start = p->header.hdr.csum_offset = 0;
    return true;
}

/* The nth segment of a TCP packet. */
static void cut(const struct packet *from, const struct layout *l, uint32_t n, struct packet *to)
{
    uint32_t segment = from->header.hdr.gso_size, at = l->payload + n * segment;
    uint32_t bytes = l->end - at < segment ? l->end - at : segment;
    uint8_t *ip = to->bytes + l->ip, *tcp = to->bytes + l->transport;
    struct layout mine = *l;

    memcpy(to->bytes, from->bytes, l->payload);
    memcpy(to->bytes + l->payload, from->bytes + at, bytes);
    to->length = l->payload + bytes;
    mine.end = to->length;
    if (l->ipv6) {
        put16(ip + 4, to->length - l->ip - 40);
    } else {
        put16(ip + 2, to->length - l->ip);
        put16(ip + 4, get16(ip + 4) + n);
        put16(ip + 10, 0);
        put16(ip + 10, ~fold(sum(0, ip, (ip[0] & 15u) * 4)) & 0xffff);
    }
    put32(tcp + 4, get32(tcp + 4) + n * segment);
    if (at + bytes != l->end)
        tcp[13] &= (uint8_t) ~(FLAG_FIN | FLAG_PSH);
    if (n)
        tcp[13] &= (uint8_t)~FLAG_CWR;
    memset(&to->header, 0, sizeof to->header);
    make_partial(to, &mine);
}

bool offload_part(const struct packet *packet, uint32_t n, bool whole, bool partial,
                  struct packet *out)
{
    struct layout l = layout_of(packet);

    if (whole || packet->header.hdr.gso_type == VIRTIO_NET_HDR_GSO_NONE) {
        out->header = packet->header;
        out->length = packet->length;
        memcpy(out->bytes, packet->bytes, packet->length);
    } else if (!l.transport || l.protocol != TCP || !packet->header.hdr.gso_size ||
               l.payload == l.end) {
        return false;
    } else {
        cut(packet, &l, n, out);
    }
    return partial || complete(out);
}
