/* SPDX-License-Identifier: MIT */
/*
 * key_test.c - kernel/net/key.c: what each kind of packet becomes, and malformed ones without end.
 *
 * The malformed: in good packets of every kind, each header field is set to its boundary values, alone and in pairs with
 * every other field, and every packet is cut at every length. IPv4 results are compared with a second reading below.
 */
#include "key_check.h"
#include "net/ring.h"
#include "tap.h"

unsigned char *fake_memory;
struct cpu fake_cpu;

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

static struct sample *begin(const char *name, uint32_t type)
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

static void put(struct sample *s, const uint8_t *bytes, uint32_t count, const char *widths)
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

static void ipv4(struct sample *s, uint8_t protocol, uint32_t options, uint32_t payload)
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
                          2,
                          10,
                          0,
                          2,
                          15};

    put(s, header, 20, "1.222112....4");
    for (uint32_t i = 0; i < options; i++)
        put(s, (uint8_t[]){1}, 1, i ? "." : "1");
}

static void tcp(struct sample *s)
{
    put(s, (uint8_t[24]){0x12, 0x34, 0, 80, 0, 0, 0, 1, 0,   0,   0,   2,
                         0x50, 0x10, 1, 0,  0, 0, 0, 0, 'd', 'a', 't', 'a'},
        24, "22....4112..2");
}

static void udp(struct sample *s)
{
    put(s, (uint8_t[13]){0x12, 0x34, 0, 53, 0, 13, 0, 0, 'h', 'e', 'l', 'l', 'o'}, 13, "2222");
}

static void ipv6(struct sample *s, uint8_t next, uint32_t payload)
{
    uint8_t header[40] = {0x60, 0,    0,    0,        0,           (uint8_t)payload, next,
                          64,   0xfe, 0xc0, [23] = 2, [24] = 0xfe, [25] = 0xc0,      [39] = 0x15};

    put(s, header, 40, "1...211");
}

static void make_samples(void)
{
    struct sample *s;

    s = begin("TCP", 0x0800), ipv4(s, 6, 0, 24), tcp(s);
    s = begin("UDP", 0x0800), ipv4(s, 17, 0, 13), udp(s);
    s = begin("UDP with options", 0x0800), ipv4(s, 17, 8, 13), udp(s);
    s = begin("ICMP", 0x0800), ipv4(s, 1, 0, 8),
    put(s, (uint8_t[]){8, 0, 0, 0, 0, 1, 0, 2}, 8, "1122");
    s = begin("fragment", 0x0800), ipv4(s, 17, 0, 13), udp(s), s->bytes[20] = 0x20;
    s = begin("VLAN", 0x8100), put(s, (uint8_t[]){0, 5, 8, 0}, 4, "22"), ipv4(s, 6, 0, 24), tcp(s);
    s = begin("ARP", 0x0806);
    put(s, (uint8_t[28]){0,  1, 8, 0, 6, 4, 0, 1, 2, 0, 0,  0, 0, 2,
                         10, 0, 2, 2, 0, 0, 0, 0, 0, 0, 10, 0, 2, 15},
        28, "22112");
    s = begin("IPv6 TCP", 0x86dd), ipv6(s, 6, 24), tcp(s);
    s = begin("IPv6 UDP", 0x86dd), ipv6(s, 17, 13), udp(s);
    s = begin("IPv6 extensions", 0x86dd), ipv6(s, 0, 8 + 16 + 13);
    put(s, (uint8_t[8]){60}, 8, "11"), put(s, (uint8_t[16]){17, 1}, 16, "11"), udp(s);
    s = begin("IPv6 fragment", 0x86dd), ipv6(s, 44, 8 + 13),
    put(s, (uint8_t[8]){17, 0, 0, 1}, 8, "112"), udp(s);
    s = begin("unknown type", 0x1234), put(s, (uint8_t[]){1, 2, 3, 4}, 4, "4");
}

/* --- A second reading of IPv4, written from the standard and not from key.c ------------------------------------- */

static uint32_t be16(const uint8_t *p)
{
    return (uint32_t)(p[0] << 8 | p[1]);
}

/* 0 malformed, 1 good, 2 fragment; ports if good. */
static int second_reading(const uint8_t *ip, uint32_t bytes, uint32_t *source,
                          uint32_t *destination)
{
    uint32_t header, left;

    *source = *destination = 0;
    if (bytes < 20 || (ip[0] & 0xf0) != 0x40)
        return 0;
    header = (ip[0] & 0x0fu) << 2;
    if (header < 20 || be16(ip + 2) > bytes || be16(ip + 2) < header)
        return 0;
    if (ip[6] & 0x20 || ip[6] & 0x1f || ip[7])
        return 2;
    left = be16(ip + 2) - header;
    ip += header;
    if (ip[0 - (int)header + 9] == 6) {
        if (left < 20 || (uint32_t)(ip[12] >> 4) < 5 || (uint32_t)(ip[12] >> 4) * 4 > left)
            return 0;
    } else if (ip[0 - (int)header + 9] == 17) {
        if (left < 8 || be16(ip + 4) < 8 || be16(ip + 4) > left)
            return 0;
    } else if (ip[0 - (int)header + 9] == 132) {
        if (left < 12)
            return 0;
    } else {
        return 1;
    }
    *source = be16(ip);
    *destination = be16(ip + 2);
    return 1;
}

static uint64_t packets, malformed;

static void try_packet(const uint8_t *bytes, uint32_t have, uint32_t length)
{
    union net_key key;
    struct net_layout layout;

    packets++;
    CHECK(key_holds(bytes, have, length, &key, &layout));
    malformed += !!(key.field.flags & EXO_NET_KEY_MALFORMED);
    if (have != length || have < 14 || be16(bytes + 12) != 0x0800)
        return;
    uint32_t source, destination;
    int want = second_reading(bytes + 14, length - 14, &source, &destination);

    CHECK(!!(key.field.flags & EXO_NET_KEY_MALFORMED) == (want == 0));
    CHECK(!!(key.field.flags & EXO_NET_KEY_FRAGMENT) == (want == 2));
    CHECK(__builtin_bswap16(key.field.source_port) == source &&
          __builtin_bswap16(key.field.destination_port) == destination);
}

/* --- Fields and boundaries ----------------------------------------------------------------------------------------- */

#define VALUES 10

static uint32_t boundary(const struct field *f, uint32_t old, uint32_t n)
{
    uint32_t top = f->bytes == 4 ? UINT32_MAX : (1u << f->bytes * 8) - 1;
    const uint32_t values[VALUES] = {0,       1,       old - 1,     old + 1, top,
                                     top - 1, top / 2, top / 2 + 1, 5,       old << 8 | old >> 8};

    return values[n] & top;
}

static uint32_t get(const uint8_t *p, const struct field *f)
{
    uint32_t value = 0;

    for (uint32_t i = 0; i < f->bytes; i++)
        value = value << 8 | p[f->offset + i];
    return value;
}

static void set(uint8_t *p, const struct field *f, uint32_t value)
{
    for (uint32_t i = 0; i < f->bytes; i++)
        p[f->offset + i] = (uint8_t)(value >> (f->bytes - 1 - i) * 8);
}

static void pairs_of(const struct sample *s)
{
    uint8_t packet[sizeof s->bytes];

    for (uint32_t a = 0; a < s->field_count; a++)
        for (uint32_t b = a; b < s->field_count; b++)
            for (uint32_t n = 0; n < VALUES; n++)
                for (uint32_t m = 0; m < (a == b ? 1 : VALUES); m++) {
                    memcpy(packet, s->bytes, sizeof packet);
                    set(packet, &s->field[a],
                        boundary(&s->field[a], get(s->bytes, &s->field[a]), n));
                    if (a != b)
                        set(packet, &s->field[b],
                            boundary(&s->field[b], get(s->bytes, &s->field[b]), m));
                    try_packet(packet, s->length, s->length);
                    try_packet(packet, s->length - 1, s->length - 1);
                    try_packet(packet, s->length * 2 / 3, s->length);
                }
}

static void fields_by_boundaries_by_pairs(void)
{
    for (uint32_t i = 0; i < sample_count; i++)
        pairs_of(&samples[i]);
    printf("# %lu packets of %u kinds, %lu of them malformed\n", (unsigned long)packets,
           sample_count, (unsigned long)malformed);
    CHECK(packets > 50000 && malformed > 1000 && malformed < packets);
}

static void cut_at_every_length(void)
{
    for (uint32_t i = 0; i < sample_count; i++)
        for (uint32_t length = 0; length <= samples[i].length; length++) {
            try_packet(samples[i].bytes, length, length);
            try_packet(samples[i].bytes, length, samples[i].length);
        }
}

/* --- What good packets become ---------------------------------------------------------------------------------- */

static const struct exo_net_key *key_of(const char *name, struct net_layout *layout)
{
    static union net_key key;

    for (uint32_t i = 0; i < sample_count; i++)
        if (!strcmp(samples[i].name, name))
            CHECK(key_holds(samples[i].bytes, samples[i].length, samples[i].length, &key, layout));
    return &key.field;
}

static void ipv4_packets(void)
{
    static const uint8_t us[16] = {[10] = 0xff, 0xff, 10, 0, 2, 15};
    struct net_layout l;
    const struct exo_net_key *k = key_of("TCP", &l);

    CHECK(k->ethertype == 0x0008 && k->protocol == 6 && !k->flags && !k->vlan);
    CHECK(k->source_port == 0x3412 && k->destination_port == 0x5000);
    CHECK(!memcmp(k->destination, us, 16) && k->source[15] == 2);
    CHECK(l.network == 14 && l.transport == 34 && l.payload == 54);
    CHECK(!memcmp(k->payload, "data\0\0\0", 8));
    k = key_of("UDP", &l);
    CHECK(k->protocol == 17 && k->destination_port == 53 << 8 &&
          !memcmp(k->payload, "hello\0\0", 8));
    k = key_of("UDP with options", &l);
    CHECK(k->destination_port == 53 << 8 && l.transport == 42 &&
          !memcmp(k->payload, "hello\0\0", 8));
    k = key_of("ICMP", &l);
    CHECK(k->protocol == 1 && !k->destination_port && !l.transport && k->payload[0] == 8);
    k = key_of("fragment", &l);
    CHECK(k->flags == EXO_NET_KEY_FRAGMENT && !k->destination_port && k->protocol == 17);
    k = key_of("VLAN", &l);
    CHECK(k->vlan == 0x0510 && k->flags == EXO_NET_KEY_TAGGED && k->ethertype == 0x0008 &&
          k->destination_port == 0x5000 && l.network == 18);
    k = key_of("ARP", &l);
    CHECK(k->ethertype == 0x0608 && k->protocol == 1 && !memcmp(k->destination, us, 16) &&
          k->source[15] == 2);
}

static void ipv6_packets(void)
{
    struct net_layout l;
    const struct exo_net_key *k = key_of("IPv6 TCP", &l);

    CHECK(k->protocol == 6 && k->destination_port == 0x5000 && k->destination[15] == 0x15 &&
          l.transport == 54);
    k = key_of("IPv6 extensions", &l);
    CHECK(k->protocol == 17 && k->destination_port == 53 << 8 && l.transport == 78);
    k = key_of("IPv6 fragment", &l);
    CHECK(k->flags == EXO_NET_KEY_FRAGMENT && k->protocol == 17 && !k->destination_port);
    k = key_of("unknown type", &l);
    CHECK(k->ethertype == 0x3412 && !k->flags && l.network == 14);
}

/* Counters that the other side writes, whatever they are, give an index of the ring or none. */
static void ring_counters(void)
{
    static const uint32_t edges[] = {
        0, 1, 63, 64, 65, 127, 128, 129, 1u << 31, UINT32_MAX - 128, UINT32_MAX - 1, UINT32_MAX};
    uint32_t count = sizeof edges / sizeof edges[0];

    for (uint32_t u = 0; u < count; u++)
        for (uint32_t p = 0; p < count; p++) {
            uint32_t offered = edges[p] - edges[u];
            uint32_t at = ring_next(edges[p], edges[u], 128);

            CHECK(at <= 128);
            CHECK((at < 128) == (offered >= 1 && offered <= 128));
            CHECK(at == 128 || at == edges[u] % 128);
        }
}

int main(void)
{
    make_samples();
    TEST(ipv4_packets);
    TEST(ipv6_packets);
    TEST(fields_by_boundaries_by_pairs);
    TEST(cut_at_every_length);
    TEST(ring_counters);
    return TAP_END();
}
