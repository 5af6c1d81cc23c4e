/* SPDX-License-Identifier: MIT */
/*
 * packets.h - packets of every kind with their header fields, boundary values of those, and what a packet is: a reading of its own,
 * so that the kernel's can be compared with it. For key_test.c and tests/abuse; who includes it has memcpy and its like already.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct field {
    uint32_t offset, bytes;
};

struct sample {
    const char *name;
    uint8_t bytes[160];
    uint32_t length;
    uint32_t field_count;
    struct field field[32];
};

static struct sample samples[12];
static uint32_t sample_count;

/* --- Good packets ------------------------------------------------------------------------------------------ */

static struct sample *sample_begin(const char *name, uint32_t type)
{
    struct sample *s = &samples[sample_count++];

    memset(s, 0, sizeof *s);
    s->name = name;
    memcpy(s->bytes,
           (uint8_t[]){2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, (uint8_t)(type >> 8), (uint8_t)type},
           14);
    s->length = 14;
    s->field[s->field_count++] = (struct field){12, 2};
    return s;
}

static void sample_put(struct sample *s, const uint8_t *bytes, uint32_t count, const char *widths)
{
    uint32_t at = s->length;

    memcpy(s->bytes + at, bytes, count);
    s->length += count;
    for (; *widths; widths++) { /* fields: their widths; '.': one byte that is none */
        if (*widths >= '1' && *widths <= '4')
            s->field[s->field_count++] = (struct field){at, (uint32_t)(*widths - '0')};
        at += *widths == '.' ? 1 : (uint32_t)(*widths - '0');
    }
}

/* Where they go to. */
static uint8_t samples_ipv4[4], samples_ipv6[16];
static uint16_t samples_port;

static void sample_ipv4(struct sample *s, uint8_t protocol, uint32_t options, uint32_t payload)
{
    uint32_t total = 20 + options + payload;
    uint8_t header[20] = {(uint8_t)(0x45 + options / 4),
                          0,
                          (uint8_t)(total >> 8),
                          (uint8_t)total,
                          0,
                          1,
                          0,
                          0,
                          64,
                          protocol,
                          0,
                          0,
                          10,
                          0,
                          2,
                          2};

    memcpy(header + 16, samples_ipv4, 4);
    sample_put(s, header, 20, "1.222112....4");
    for (uint32_t i = 0; i < options; i++)
        sample_put(s, (uint8_t[]){1}, 1, i ? "." : "1");
}

static void sample_tcp(struct sample *s)
{
    sample_put(s,
               (uint8_t[24]){0x12,
                             0x34,
                             (uint8_t)(samples_port >> 8),
                             (uint8_t)samples_port,
                             0,
                             0,
                             0,
                             1,
                             0,
                             0,
                             0,
                             2,
                             0x50,
                             0x10,
                             1,
                             0,
                             0,
                             0,
                             0,
                             0,
                             'd',
                             'a',
                             't',
                             'a'},
               24, "22....4112..2");
}

static void sample_udp(struct sample *s)
{
    sample_put(s,
               (uint8_t[13]){0x12, 0x34, (uint8_t)(samples_port >> 8), (uint8_t)samples_port, 0, 13,
                             0, 0, 'h', 'e', 'l', 'l', 'o'},
               13, "2222");
}

static void sample_ipv6(struct sample *s, uint8_t next, uint32_t payload)
{
    uint8_t header[40] = {0x60, 0, 0, 0, 0, (uint8_t)payload, next, 64, 0xfe, 0xc0, [23] = 2};

    memcpy(header + 24, samples_ipv6, 16);
    sample_put(s, header, 40, "1...211");
}

static inline void make_samples(const uint8_t *to4, const uint8_t *to6, uint16_t port)
{
    struct sample *s;

    memcpy(samples_ipv4, to4, 4);
    memcpy(samples_ipv6, to6, 16);
    samples_port = port;
    sample_count = 0;
    s = sample_begin("TCP", 0x0800), sample_ipv4(s, 6, 0, 24), sample_tcp(s);
    s = sample_begin("UDP", 0x0800), sample_ipv4(s, 17, 0, 13), sample_udp(s);
    s = sample_begin("UDP with options", 0x0800), sample_ipv4(s, 17, 8, 13), sample_udp(s);
    s = sample_begin("ICMP", 0x0800), sample_ipv4(s, 1, 0, 8),
    sample_put(s, (uint8_t[]){8, 0, 0, 0, 0, 1, 0, 2}, 8, "1122");
    s = sample_begin("fragment", 0x0800), sample_ipv4(s, 17, 0, 13), sample_udp(s),
    s->bytes[20] = 0x20;
    s = sample_begin("VLAN", 0x8100), sample_put(s, (uint8_t[]){0, 5, 8, 0}, 4, "22"),
    sample_ipv4(s, 6, 0, 24), sample_tcp(s);
    s = sample_begin("ARP", 0x0806);
    sample_put(s, (uint8_t[24]){0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 2, 10, 0, 2, 2}, 24,
               "22112");
    sample_put(s, to4, 4, "");
    s = sample_begin("IPv6 TCP", 0x86dd), sample_ipv6(s, 6, 24), sample_tcp(s);
    s = sample_begin("IPv6 UDP", 0x86dd), sample_ipv6(s, 17, 13), sample_udp(s);
    s = sample_begin("IPv6 extensions", 0x86dd), sample_ipv6(s, 0, 8 + 16 + 13);
    sample_put(s, (uint8_t[8]){60}, 8, "11"), sample_put(s, (uint8_t[16]){17, 1}, 16, "11"),
        sample_udp(s);
    s = sample_begin("IPv6 fragment", 0x86dd), sample_ipv6(s, 44, 8 + 13),
    sample_put(s, (uint8_t[8]){17, 0, 0, 1}, 8, "112"), sample_udp(s);
    s = sample_begin("unknown type", 0x1234), sample_put(s, (uint8_t[]){1, 2, 3, 4}, 4, "4");
}

/* --- A second reading, written from the standards and not from key.c --------------------------------------------- */

enum verdict {
    READ_MALFORMED,
    READ_GOOD,
    READ_FRAGMENT,
};

struct reading {
    enum verdict verdict;
    uint32_t type;
    int32_t vlan; /* -1: no tag */
    uint32_t protocol;
    const uint8_t *destination; /* of IPv4 (4 bytes) or IPv6 (16); NULL: it has none */
    uint32_t source_port, destination_port;
};

static uint32_t be16(const uint8_t *p)
{
    return (uint32_t)(p[0] << 8 | p[1]);
}

static enum verdict read_ports(struct reading *r, const uint8_t *p, uint32_t left)
{
    uint32_t smallest = r->protocol == 6 ? 20 : r->protocol == 17 ? 8 : r->protocol == 132 ? 12 : 0;

    if (left < smallest)
        return READ_MALFORMED;
    if (r->protocol == 6 && ((p[12] & 0xf0) < 0x50 || (uint32_t)(p[12] >> 4) * 4 > left))
        return READ_MALFORMED;
    if (r->protocol == 17 && (be16(p + 4) < 8 || be16(p + 4) > left))
        return READ_MALFORMED;
    if (smallest) {
        r->source_port = be16(p);
        r->destination_port = be16(p + 2);
    }
    return READ_GOOD;
}

static enum verdict read_4(struct reading *r, const uint8_t *ip, uint32_t bytes)
{
    if (bytes < 20 || (ip[0] & 0xf0) != 0x40)
        return READ_MALFORMED;
    uint32_t header = (ip[0] & 0x0fu) << 2;

    if (header < 20 || be16(ip + 2) > bytes || be16(ip + 2) < header)
        return READ_MALFORMED;
    r->protocol = ip[9];
    r->destination = ip + 16;
    if (ip[6] & 0x20 || ip[6] & 0x1f || ip[7])
        return READ_FRAGMENT;
    return read_ports(r, ip + header, be16(ip + 2) - header);
}

static enum verdict read_6(struct reading *r, const uint8_t *ip, uint32_t bytes)
{
    if (bytes < 40 || ip[0] >> 4 != 6 || be16(ip + 4) + 40 > bytes)
        return READ_MALFORMED;
    uint32_t left = be16(ip + 4);
    const uint8_t *p = ip + 40;

    r->protocol = ip[6];
    r->destination = ip + 24;
    for (int headers = 0; headers < 8; headers++) { /* more are nobody's */
        bool options = r->protocol == 0 || r->protocol == 43 || r->protocol == 60;
        bool fragment = r->protocol == 44;

        if (!options && !fragment && r->protocol != 51)
            return read_ports(r, p, left);
        if (left < 8)
            return READ_MALFORMED;
        uint32_t size = fragment ? 8 : options ? 8 + 8u * p[1] : 8 + 4u * p[1];

        if (size > left)
            return READ_MALFORMED;
        r->protocol = p[0];
        if (fragment)
            return READ_FRAGMENT;
        p += size;
        left -= size;
    }
    return READ_MALFORMED;
}

static enum verdict read_arp_request(struct reading *r, const uint8_t *p, uint32_t bytes)
{
    const uint8_t fixed[6] = {0, 1, 8, 0, 6, 4};

    if (bytes < 28 || memcmp(p, fixed, 6) != 0 || p[6])
        return READ_MALFORMED;
    r->protocol = p[7];
    r->destination = p + 24;
    return READ_GOOD;
}

/* What a frame is. A malformed one has only its verdict. */
static inline struct reading packet_reading(const uint8_t *frame, uint32_t bytes)
{
    struct reading r = {.verdict = READ_MALFORMED, .vlan = -1};
    uint32_t at = 12;

    if (bytes < 14)
        return r;
    r.type = be16(frame + at);
    if ((r.type == 0x8100 || r.type == 0x88a8) && bytes >= 18) {
        r.vlan = (int32_t)(be16(frame + 14) & 0xfff);
        at = 16;
        r.type = be16(frame + at);
    }
    at += 2;
    r.verdict = r.type == 0x0800   ? read_4(&r, frame + at, bytes - at)
                : r.type == 0x86dd ? read_6(&r, frame + at, bytes - at)
                : r.type == 0x0806 ? read_arp_request(&r, frame + at, bytes - at)
                                   : READ_GOOD;
    return r.verdict == READ_MALFORMED ? (struct reading){.vlan = -1} : r;
}

/* --- Fields and boundaries ---------------------------------------------------------------------------------------- */

#define VALUES 10

static inline uint32_t field_boundary(const struct field *f, uint32_t old, uint32_t n)
{
    uint32_t top = f->bytes == 4 ? UINT32_MAX : (1u << f->bytes * 8) - 1;
    const uint32_t values[VALUES] = {0,       1,       old - 1,     old + 1, top,
                                     top - 1, top / 2, top / 2 + 1, 5,       old << 8 | old >> 8};

    return values[n] & top;
}

static inline uint32_t field_get(const uint8_t *p, const struct field *f)
{
    uint32_t value = 0;

    for (uint32_t i = 0; i < f->bytes; i++)
        value = value << 8 | p[f->offset + i];
    return value;
}

static inline void field_set(uint8_t *p, const struct field *f, uint32_t value)
{
    for (uint32_t i = 0; i < f->bytes; i++)
        p[f->offset + i] = (uint8_t)(value >> (f->bytes - 1 - i) * 8);
}
