/* SPDX-License-Identifier: MIT */
/*
 * demux.c - what it costs to find a packet's filter among 1 to 10,000: the kernel's own files, run as an app.
 *
 * Under `lorica run --accel icount` the time-stamp counter counts instructions, so the figures are exact.
 * Each packet is a TCP segment of a connection that has a filter of its own, inside a claim on an address. All connections are asked for
 * in turn: `first` is what the first packet of each costs, `all` a later one, headers included, `header` these alone.
 */
#include "base/string.h"
#include "lib/exo/domain.h"
#include "lib/exo/libos.h"
#include "bench/net/first.h"

#define TABLES 640
#define ROUNDS 3

static struct exo_domain domain;
static uint32_t next_row;

static struct exo_net_row *put(uint32_t parent, const union net_key *mask,
                               const union net_key *value)
{
    struct exo_net_row *row = net_row(EXO_NET_ROWS + next_row++);
    struct path owner = {.part = {1}, .depth = 1};
    uint32_t other;

    memset(row, 0, sizeof *row);
    for (uint32_t w = 0; w < EXO_NET_WORDS; w++) {
        row->filter.mask[w] = mask->word[w];
        row->filter.value[w] = value->word[w] & mask->word[w];
    }
    row->filter.parent = parent;
    row->guard[0] = 1;
    row->guard_depth = 1;
    if (filter_insert(row, &owner, &other))
        exo_fail("demux: a filter is refused");
    row->kind = EXO_NET_FILTER;
    return row;
}

/* A segment from 10.1.x.y to port 80 of 10.0.2.15. */
static void make_packet(uint8_t *packet, uint32_t n)
{
    static const uint8_t start[60] = {2, 0,  0, 0, 0, 1,  2,  0, 0, 0, 0,  2, 8, 0, 0x45, 0,
                                      0, 46, 0, 0, 0, 0,  64, 6, 0, 0, 10, 1, 0, 0, 10,   0,
                                      2, 15, 0, 0, 0, 80, 0,  0, 0, 1, 0,  0, 0, 0, 0x50, 0x10};

    memcpy(packet, start, sizeof start);
    packet[28] = (uint8_t)(n >> 8);
    packet[29] = (uint8_t)n;
    packet[34] = (uint8_t)(n * 7 >> 8);
    packet[35] = (uint8_t)(n * 7);
}

static void insert_all(uint32_t count)
{
    union net_key address = {.field = {.ethertype = 0xffff, .flags = EXO_NET_KEY_TAGGED}};
    struct net_layout layout;
    union net_key whole;
    union net_key key;
    uint8_t packet[60];

    memset(address.field.destination + 12, 0xff, 4);
    whole = address;
    whole.field.protocol = 0xff;
    whole.field.flags |= EXO_NET_KEY_FRAGMENT;
    whole.field.destination_port = whole.field.source_port = 0xffff;
    memset(whole.field.source + 12, 0xff, 4);
    next_row = 0;
    filter_start(exo_tsc());
    make_packet(packet, 0);
    net_key_read(&key, &layout, packet, sizeof packet, sizeof packet);
    uint32_t claim = net_row_name(put(0, &address, &key));

    for (uint32_t n = 0; n < count; n++) {
        make_packet(packet, n);
        net_key_read(&key, &layout, packet, sizeof packet, sizeof packet);
        (void)put(claim, &whole, &key);
    }
}

/* What reading the headers of a packet costs alone. */
__attribute__((noinline)) static bool read_headers(struct net_packet *packet, struct net_flow *flow)
{
    return net_flow_read(flow, &packet->layout, packet->bytes, packet->length, packet->length);
}

static uint64_t headers(void)
{
    uint8_t bytes[60];
    struct net_packet packet = {.bytes = bytes, .have = sizeof bytes, .length = sizeof bytes};
    struct net_flow flow;

    make_packet(bytes, 0);
    uint64_t t0 = exo_tsc();
    uint64_t t1 = exo_tsc();
    bool plain = read_headers(&packet, &flow);
    uint64_t t2 = exo_tsc();

    return plain ? (t2 - t1) - (t1 - t0) : 0;
}

/* A packet of each flow in turn: the instructions from the bytes to the filter, headers read, in all. */
static uint64_t find_all(uint32_t count)
{
    uint64_t sum = 0;
    uint32_t wrong = 0;

    for (uint32_t n = 0; n < count; n++) {
        uint8_t bytes[60];
        struct net_packet packet = {.bytes = bytes, .have = sizeof bytes, .length = sizeof bytes};

        make_packet(bytes, n);
        uint64_t t0 = exo_tsc();
        uint64_t t1 = exo_tsc();
        const struct exo_net_row *row = find_first(&packet);
        uint64_t t2 = exo_tsc();

        sum += (t2 - t1) - (t1 - t0);
        wrong += !row || row->filter.depth != 2;
    }
    if (wrong)
        exo_fail("demux: %u packets went astray", wrong);
    return sum;
}

int exo_main(const struct instance_start *start)
{
    static const uint32_t counts[] = {1, 10, 100, 1000, 10000};

    (void)start;
    exo_domain_init(&domain);
    if (exo_domain_map(&domain, WINDOW_BASE + EXO_PAGE_SIZE, TABLES,
                       EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE))
        exo_fail("demux: no memory: give the instance more");
    for (uint32_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        uint64_t inserting = exo_tsc();

        insert_all(counts[c]);
        inserting = exo_tsc() - inserting;
        uint64_t first = find_all(counts[c]);

        for (uint32_t round = 0; round < ROUNDS; round++)
            (void)find_all(counts[c]);
        exo_print("demux filters=%u header=%lu first=%lu all=%lu insert=%lu\n", counts[c],
                  (unsigned long)headers(), (unsigned long)(first / counts[c]),
                  (unsigned long)(find_all(counts[c]) / counts[c]),
                  (unsigned long)(inserting / counts[c]));
    }
    return 0;
}
