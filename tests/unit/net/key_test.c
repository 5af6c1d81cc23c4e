/* SPDX-License-Identifier: MIT */
/*
 * key_test.c - kernel/net/key.c: what each kind of packet becomes, and malformed ones without end.
 *
 * The malformed: in good packets of every kind, each header field is set to its boundary values, alone and in pairs with
 * every other field, and every packet is cut at every length. Results are compared with a second reading (packets.h).
 */
#include "key_check.h"
#include "net/ring.h"
#include "packets.h"
#include "tap.h"

unsigned char *fake_memory;
struct cpu fake_cpu;

static uint64_t packets, malformed;

static void try_packet(const uint8_t *bytes, uint32_t have, uint32_t length)
{
    union net_key key;
    struct net_layout layout;

    packets++;
    CHECK(key_holds(bytes, have, length, &key, &layout));
    malformed += !!(key.field.flags & EXO_NET_KEY_MALFORMED);
    if (have != length)
        return;
    struct reading r = packet_reading(bytes, length);

    CHECK(!!(key.field.flags & EXO_NET_KEY_MALFORMED) == (r.verdict == READ_MALFORMED));
    CHECK(!!(key.field.flags & EXO_NET_KEY_FRAGMENT) == (r.verdict == READ_FRAGMENT));
    CHECK(!!(key.field.flags & EXO_NET_KEY_TAGGED) ==
          (have >= 18 && (be16(bytes + 12) == 0x8100 || be16(bytes + 12) == 0x88a8)));
    CHECK(__builtin_bswap16(key.field.source_port) == r.source_port &&
          __builtin_bswap16(key.field.destination_port) == r.destination_port);
    if (r.verdict == READ_MALFORMED)
        return;
    CHECK(__builtin_bswap16(key.field.ethertype) == r.type && key.field.protocol == r.protocol);
    CHECK(__builtin_bswap16(key.field.vlan) == (r.vlan < 0 ? 0 : 0x1000 | r.vlan));
    if (r.destination && r.type == 0x86dd)
        CHECK(!memcmp(key.field.destination, r.destination, 16));
    else if (r.destination)
        CHECK(!memcmp(key.field.destination + 12, r.destination, 4));
}

/* --- Fields and boundaries ----------------------------------------------------------------------------------------- */

static void pairs_of(const struct sample *s)
{
    uint8_t packet[sizeof s->bytes];

    for (uint32_t a = 0; a < s->field_count; a++)
        for (uint32_t b = a; b < s->field_count; b++)
            for (uint32_t n = 0; n < VALUES; n++)
                for (uint32_t m = 0; m < (a == b ? 1 : VALUES); m++) {
                    memcpy(packet, s->bytes, sizeof packet);
                    field_set(packet, &s->field[a],
                              field_boundary(&s->field[a], field_get(s->bytes, &s->field[a]), n));
                    if (a != b)
                        field_set(
                            packet, &s->field[b],
                            field_boundary(&s->field[b], field_get(s->bytes, &s->field[b]), m));
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
    CHECK(k->source_port == 0x3412 && k->destination_port == 53 << 8);
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
          k->destination_port == 53 << 8 && l.network == 18);
    k = key_of("ARP", &l);
    CHECK(k->ethertype == 0x0608 && k->protocol == 1 && !memcmp(k->destination, us, 16) &&
          k->source[15] == 2);
}

static void ipv6_packets(void)
{
    struct net_layout l;
    const struct exo_net_key *k = key_of("IPv6 TCP", &l);

    CHECK(k->protocol == 6 && k->destination_port == 53 << 8 && k->destination[15] == 0x15 &&
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
    const uint8_t to4[4] = {10, 0, 2, 15};
    const uint8_t to6[16] = {0xfe, 0xc0, [15] = 0x15};

    make_samples(to4, to6, 53);
    TEST(ipv4_packets);
    TEST(ipv6_packets);
    TEST(fields_by_boundaries_by_pairs);
    TEST(cut_at_every_length);
    TEST(ring_counters);
    return TAP_END();
}
