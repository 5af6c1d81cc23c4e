/* SPDX-License-Identifier: MIT */
/* attack_net.c - attacks on claims of packets and on what may be sent. */
#include "base/string.h"
#include "lib/exo/match.h"
#include "tests/abuse/wire.h"

#define ROW(frame, index) ((uint64_t)(frame) << EXO_NET_ROW_BITS | (index))
#define IPV4              0x0800
#define IPV6              0x86dd
#define ARP               0x0806
#define IP_UDP            17

#define FRAME_TABLE 0 /* of the attacker's frames */
#define BUFFERS     4 /* frames */

void net_claim(struct exo_net_filter *filter, uint8_t last)
{
    const uint8_t ipv4[4] = {10, 9, 9, last};
    uint8_t address[16];

    exo_match_ipv4(address, ipv4);
    exo_match_kind(filter, IPV4);
    exo_match_destination(filter, address, 128);
}

/* --- G01: claims ---------------------------------------------------------------------------------------------------- */

/* A filter that the victim's packets match, in random parts. */
static void some_of_the_victims(struct exo_net_filter *f, uint64_t *seed)
{
    struct exo_net_filter whole = {.flags = 0};
    uint8_t *mask = (uint8_t *)&f->mask;
    uint8_t *value = (uint8_t *)&f->value;

    net_claim(&whole, NET_VICTIM);
    exo_match_protocol(&whole, IP_UDP);
    exo_match_ports(&whole, (uint16_t)noise(seed), 0xffff);
    exo_match_source_port(&whole, (uint16_t)noise(seed));
    memset(f, 0, sizeof *f);
    for (uint32_t i = 0; i < sizeof f->mask; i++) {
        uint64_t kind = noise(seed) % 3;

        mask[i] = kind == 0 ? 0 : kind == 1 ? 0xff : (uint8_t)noise(seed);
        value[i] = ((const uint8_t *)&whole.value)[i] & mask[i];
    }
    if (noise(seed) % 2)
        f->flags = EXO_NET_SHARED;
}

static void steal_claims(struct box *box)
{
    uint64_t table = box->own_first + FRAME_TABLE;
    uint64_t seed = 88172645463325252 + box->order;
    struct exo_net_filter f = {.parent = (uint32_t)box->own_filter};

    if (!box->own_filter) {
        box->tries++; /* a machine without a card has no claims */
        return;
    }
    if (exo_net_table_create(SLOT_OWN, table) < 0)
        escape(box, "its own table is refused", 0);
    for (uint32_t i = 0; i < 4000; i++) {
        some_of_the_victims(&f, &seed);
        const uint64_t parents[] = {0, 0, box->victim_filter, box->own_filter, noise(&seed)};

        f.parent = (uint32_t)parents[noise(&seed) % 5];
        refused(box, exo_net_filter(SLOT_OWN, ROW(table, 1), SLOT_OWN, &f),
                "a claim on the victim's packets", f.parent);
    }
    refused(box, exo_net_attach(SLOT_OWN, box->victim_filter, 0), "the victim's ring taken off", 0);
    refused(box, exo_net_handler(SLOT_OWN, box->victim_filter, 0), "a handler for the victim", 0);
    refused(box, exo_net_release(SLOT_OWN, box->victim_filter), "the victim's claim released", 0);
    refused(box, exo_net_table_destroy(SLOT_OWN, box->victim_filter >> EXO_NET_ROW_BITS),
            "the victim's table destroyed", 0);
    f = (struct exo_net_filter){.parent = (uint32_t)box->own_filter};
    net_claim(&f, NET_OWN);
    exo_match_protocol(&f, IP_UDP);
    exo_match_ports(&f, 53, 0xffff);
    refused(box, exo_net_filter(SLOT_OWN, box->victim_filter + 5, SLOT_OWN, &f),
            "a row in another's table", 0);
    if (exo_net_filter(SLOT_OWN, ROW(table, 1), SLOT_OWN, &f) < 0)
        escape(box, "a claim inside its own is refused", 0);
}

/* Without the network right not even what nobody has claimed. */
static void steal_without_right(struct box *box)
{
    struct exo_net_filter f = {.flags = 0};

    steal_claims(box);
    if (!box->own_filter)
        return;
    net_claim(&f, 7);
    refused(box, exo_net_filter(SLOT_OWN, ROW(box->own_first + FRAME_TABLE, 2), SLOT_OWN, &f),
            "a claim at the top", 0);
    f.flags = EXO_NET_SHARED;
    refused(box, exo_net_filter(SLOT_OWN, ROW(box->own_first + FRAME_TABLE, 2), SLOT_OWN, &f),
            "a shared claim at the top", 0);
    net_claim(&f, NET_OWN);
    exo_match_protocol(&f, IP_UDP);
    f.parent = (uint32_t)box->own_filter;
    refused(box, exo_net_filter(SLOT_OWN, ROW(box->own_first + FRAME_TABLE, 2), SLOT_OWN, &f),
            "a shared claim inside its own", 0);
}

/* --- G03: what is sent ------------------------------------------------------------------------------------------------ */

/* A UDP datagram over IPv4, an ARP reply or an IPv6 header from 10.9.9.LAST. */
static void frame_from(uint8_t *f, uint8_t last, uint16_t type)
{
    static const uint8_t start[42] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0,  0, 1, 8, 0, 0x45, 0, 0,  28, 0, 0, 0,
        0,    64,   17,   0,    0,    10,   9, 9, 0, 10, 0, 2, 2, 0, 53,   0, 53, 0,  8, 0, 0};

    memset(f, 0, 64);
    memcpy(f, start, sizeof start);
    f[29] = last;
    f[12] = (uint8_t)(type >> 8);
    f[13] = (uint8_t)type;
    if (type == ARP) {
        static const uint8_t arp[8] = {0, 1, 8, 0, 6, 4, 0, 2};
        const uint8_t ip[4] = {10, 9, 9, last};

        memset(f + 14, 0, 40);
        memcpy(f + 14, arp, sizeof arp);
        memcpy(f + 28, ip, 4);
    } else if (type == IPV6) {
        memset(f + 14, 0, 40);
        f[14] = 0x60;
        f[20] = 59; /* nothing follows */
        f[37] = last;
    }
}

static bool sent(struct box *box, struct port *port, uint8_t last, uint16_t type, uint32_t length,
                 uint64_t filter)
{
    frame_from(port_buffer(port), last, type);
    box->tries++;
    return port_send(port, length, filter);
}

static void spoof(struct box *box)
{
    uint64_t seed = 88172645463325252;
    struct port port;

    if (!box->own_filter) {
        box->tries++;
        return;
    }
    int64_t error = attacker_port(box, &port, BUFFERS);

    if (error) {
        escape(box, "its own ring is refused", (uint64_t)-error);
        return;
    }
    if (!sent(box, &port, NET_OWN, IPV4, 42, box->own_filter))
        escape(box, "what it may send is refused", 0);
    for (uint32_t i = 0; i < 2000; i++) {
        const uint64_t filters[] = {box->own_filter,
                                    box->victim_filter,
                                    0,
                                    noise(&seed),
                                    ROW(box->own_first + FRAME_TABLE, noise(&seed) % 16),
                                    box->victim_filter + 3};
        const uint16_t types[] = {IPV4, IPV4, ARP, IPV6};
        uint64_t filter = filters[noise(&seed) % 6];
        uint8_t last = noise(&seed) % 3 ? NET_VICTIM : (uint8_t)noise(&seed);
        uint16_t type = types[noise(&seed) % 4];

        if (last == NET_OWN && type == IPV4 && filter == box->own_filter)
            continue;
        if (sent(box, &port, last, type, 60, filter))
            escape(box, "a packet in another's name was sent", filter);
    }
    if (!sent(box, &port, NET_OWN, IPV4, 42, box->own_filter))
        escape(box, "afterwards what it may send is refused", 0);
}

const struct attack net_attacks[] = {
    {"G01", "claims on another's packets", steal_without_right, NULL, NULL, 0, 0, false},
    {"G01n", "the same with the network right", steal_claims, NULL, NULL, EXO_RIGHT_NETWORK, 0,
     false},
    {"G03", "packets in another's name", spoof, NULL, NULL, 0, 0, false},
};
const uint32_t net_attack_count = sizeof net_attacks / sizeof net_attacks[0];
