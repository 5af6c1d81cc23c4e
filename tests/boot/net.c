/* SPDX-License-Identifier: MIT */
/*
 * net.c - boot tests of the network calls, on a virtio card whose other end answers ARP and ping (QEMU's user network:
 * 10.0.2.2 is there, 10.0.2.15 and what else we like is ours).
 */
#include "base/string.h"
#include "lib/exo/match.h"
#include "tests/boot/boot.h"

#define ROW(table, index) ((uint64_t)(table) << EXO_NET_ROW_BITS | (index))
#define PAGE_SHARED       50 /* EXO_NET_SHARED_FRAMES of them */
#define PAGE_BUFFER       21 /* 8 of them */
#define PAGE_TABLE        30
#define BUFFERS           8
#define EVENT             9

static const uint8_t gateway[4] = {10, 0, 2, 2};
static const uint8_t ours[4] = {10, 0, 2, 15};
static const uint8_t other[4] = {10, 0, 2, 16};

static uint64_t table, shared_frame, buffer_frame;
static struct exo_net_ring *ring;
static uint32_t taken, posted;

static uint8_t *buffer_at(uint32_t offset)
{
    return (uint8_t *)page_at(PAGE_BUFFER) + offset;
}

/* --- Filters ------------------------------------------------------------------------------------------------ */

static struct exo_net_filter address_filter(uint16_t kind, const uint8_t *ipv4)
{
    struct exo_net_filter filter = {0};
    uint8_t address[16];

    exo_match_kind(&filter, kind);
    exo_match_ipv4(address, ipv4);
    exo_match_destination(&filter, address, 128);
    return filter;
}

static struct exo_net_filter port_filter(const uint8_t *ipv4, uint8_t protocol, uint16_t port)
{
    struct exo_net_filter filter = address_filter(0x0800, ipv4);

    exo_match_protocol(&filter, protocol);
    exo_match_ports(&filter, port, 0xffff);
    return filter;
}

static int64_t bind(uint32_t slot, uint32_t index, uint32_t to, struct exo_net_filter filter,
                    uint64_t parent)
{
    filter.parent = (uint32_t)parent;
    return exo_net_filter(slot, ROW(table, index), to, &filter);
}

static void test_table(void)
{
    uint64_t second = frame_new(SLOT_OTHER);
    uint64_t mapped = frame_new(SLOT_CHILD);

    expect(page_map(0, mapped, EXO_PTE_NO_EXECUTE), 0, "a frame is mapped");
    expect(exo_net_table_create(SLOT_CHILD, mapped), -EXO_E_BUSY, "a mapped frame as net table");
    expect(page_unmap(0), 0, "and unmapped");
    expect(exo_net_table_create(SLOT_NOTHING, mapped), -EXO_E_RIGHT,
           "a net table without the write right");
    expect(exo_net_table_create(SLOT_OTHER, mapped), -EXO_E_CAP, "a net table of another's frame");
    expect(exo_net_table_create(SLOT_CHILD, machine.page->frame_count), -EXO_E_RANGE,
           "a net table past the end of memory");
    expect(exo_net_table_destroy(SLOT_CHILD, mapped), -EXO_E_KIND, "destroy what is none");
    expect(exo_net_table_create(SLOT_CHILD, mapped), 0, "a net table");
    expect(exo_net_table_create(SLOT_CHILD, mapped), -EXO_E_KIND, "is no data frame any more");
    expect(exo_frame_free(SLOT_CHILD, mapped, 1), -EXO_E_KIND, "and cannot be freed");
    expect(page_map(0, mapped, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), -EXO_E_RIGHT,
           "nor mapped writable");
    expect(page_map(0, mapped, EXO_PTE_NO_EXECUTE), 0, "but read-only");
    check(((const struct exo_net_row *)page_at(0))[15].kind == EXO_NET_FREE, "its rows are free");
    expect(exo_net_table_destroy(SLOT_CHILD, mapped), -EXO_E_BUSY, "destroy it while it is mapped");
    expect(page_unmap(0), 0, "unmapped");
    expect(exo_net_table_destroy(SLOT_OTHER, mapped), -EXO_E_CAP, "destroy another's");
    expect(exo_net_table_destroy(SLOT_CHILD, mapped), 0, "destroyed");
    expect(exo_frame_free(SLOT_CHILD, mapped, 1), 0, "it is data again");
    frame_drop(second);
}

static void test_claims(void)
{
    struct exo_net_filter ip = address_filter(0x0800, ours);
    struct exo_net_filter bad = ip;
    uint64_t second = 0;

    expect(bind(SLOT_CHILD, 1, SLOT_CHILD, ip, 0), 0, "claim an address with the network right");
    expect(bind(SLOT_CHILD, 1, SLOT_CHILD, ip, 0), -EXO_E_EXISTS, "the row is taken");
    expect(bind(SLOT_CHILD, 2, SLOT_CHILD, ip, 0), -EXO_E_EXISTS, "the set is taken");
    ip.parent = 0;
    expect(exo_net_filter_2(CAP_ROOT, ROW(table, 2), SLOT_OTHER, &ip, &second), -EXO_E_EXISTS,
           "for others, too");
    expect((int64_t)second, (int64_t)ROW(table, 1), "and the holder is named");
    expect(bind(CAP_ROOT, 2, SLOT_OTHER, port_filter(ours, 17, 7), 0), -EXO_E_OVERLAP,
           "another's port of it");
    expect(bind(CAP_ROOT, 2, SLOT_OTHER, port_filter(other, 17, 7), 0), 0,
           "another's port of another address");
    struct exo_net_filter wide = {0};

    exo_match_kind(&wide, 0x0800);
    expect(bind(CAP_ROOT, 3, SLOT_OTHER, wide, 0), -EXO_E_OVERLAP, "all of IPv4");
    struct exo_net_filter port = {0};

    exo_match_ports(&port, 7, 0xffff);
    expect(bind(CAP_ROOT, 3, SLOT_OTHER, port, 0), -EXO_E_OVERLAP,
           "a port of all addresses: partial overlap");
    expect(exo_cap_derive(SLOT_CHILD, SLOT_WORK, 0, EXO_RIGHT_READ | EXO_RIGHT_WRITE), 0,
           "a capability without the network right");
    expect(bind(SLOT_WORK, 3, SLOT_WORK, address_filter(0x0800, gateway), 0), -EXO_E_RIGHT,
           "claims nothing at the top");
    expect(bind(SLOT_WORK, 3, SLOT_WORK, port_filter(ours, 17, 7), ROW(table, 1)), 0,
           "but inside what it holds");
    expect(bind(SLOT_WORK, 4, SLOT_WORK, port_filter(other, 17, 7), ROW(table, 1)), -EXO_E_ARG,
           "not outside it");
    expect(bind(SLOT_WORK, 4, SLOT_WORK, address_filter(0x0800, ours), ROW(table, 1)), -EXO_E_ARG,
           "nor all of it");
    expect(bind(SLOT_WORK, 4, SLOT_WORK, port_filter(other, 17, 7), ROW(table, 2)), -EXO_E_CAP,
           "nor inside another's");
    expect(bind(SLOT_WORK, 4, SLOT_WORK, port_filter(ours, 17, 7), ROW(table, 9)), -EXO_E_KIND,
           "nor inside nothing");
    bad = port_filter(ours, 17, 8);
    bad.flags = EXO_NET_SHARED;
    expect(bind(SLOT_WORK, 4, SLOT_WORK, bad, ROW(table, 1)), -EXO_E_RIGHT,
           "sharing needs the network right");
    bad.flags = 4;
    expect(bind(SLOT_WORK, 4, SLOT_WORK, bad, ROW(table, 1)), -EXO_E_ARG, "unknown flags");
    bad = port_filter(ours, 17, 8);
    bad.mask.destination_port = 0;
    expect(bind(SLOT_WORK, 4, SLOT_WORK, bad, ROW(table, 1)), -EXO_E_ARG,
           "a value outside the mask");
    expect(bind(SLOT_OTHER, 4, SLOT_OTHER, port_filter(other, 17, 9), ROW(table, 2)), -EXO_E_CAP,
           "a row of another's table");
    expect(exo_net_filter(SLOT_CHILD, ROW(shared_frame, 1), SLOT_CHILD, &ip), -EXO_E_KIND,
           "a row of no table");
    expect(exo_net_filter(SLOT_CHILD, ROW(machine.page->frame_count, 0), SLOT_CHILD, &ip),
           -EXO_E_RANGE, "a row past the end of memory");
    expect(exo_net_release(SLOT_OTHER, ROW(table, 1)), -EXO_E_CAP, "release another's");
    expect(exo_net_release(SLOT_CHILD, ROW(table, 9)), -EXO_E_KIND, "release a free row");
    expect(exo_net_release(SLOT_NOTHING, ROW(table, 1)), -EXO_E_RIGHT, "release without the right");
    expect(exo_net_release(SLOT_CHILD, ROW(table, 1)), 0, "release a claim");
    expect(exo_net_release(SLOT_CHILD, ROW(table, 3)), -EXO_E_KIND, "what was inside it went, too");
    expect(exo_net_release(SLOT_OTHER, ROW(table, 2)), 0, "the other releases its own");
    expect(exo_cap_drop(SLOT_WORK), 0, "drop the capability");
}

/* Limits of depth, of shapes, and of what one call releases. */
static void test_net_limits(void)
{
    uint64_t more[5];
    uint32_t made = 0;
    int64_t error = 0;
    struct exo_net_filter filter = {0};
    uint8_t net[16];

    exo_match_kind(&filter, 0x0800);
    exo_match_ipv4(net, ours);
    for (uint32_t i = 0; i < EXO_NET_DEPTH_MAX + 1u; i++) {
        exo_match_destination(&filter, net, 100 + i);
        expect(bind(SLOT_CHILD, 1 + i, SLOT_CHILD, filter, i ? ROW(table, i) : 0),
               i < EXO_NET_DEPTH_MAX ? 0 : -EXO_E_ARG, "filter at depth %u", i + 1);
    }
    expect(exo_net_release(SLOT_CHILD, ROW(table, 1)), 0, "one release takes them all");

    filter = address_filter(0x0800, ours);
    expect(bind(SLOT_CHILD, 1, SLOT_CHILD, filter, 0), 0, "a claim");
    for (uint32_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        more[i] = frame_new(SLOT_CHILD);
        expect(exo_net_table_create(SLOT_CHILD, more[i]), 0, "a further net table");
    }
    filter.parent = (uint32_t)ROW(table, 1);
    for (uint32_t i = 0; i <= EXO_NET_SHAPES_MAX && !error; i++, made++) {
        filter.mask.payload[i / 8] = (uint8_t)(filter.mask.payload[i / 8] | 1u << i % 8);
        error = exo_net_filter(SLOT_CHILD, ROW(more[0] + i / 16 * (more[1] - more[0]), i % 16),
                               SLOT_CHILD, &filter);
    }
    made--;
    expect(made, EXO_NET_SHAPES_MAX, "so many masks fit inside one filter");
    expect(error, -EXO_E_BUSY, "and no more");
    expect(exo_net_table_destroy(SLOT_CHILD, more[0]), 0, "their table is destroyed with them");
    expect(exo_net_table_create(SLOT_CHILD, more[0]), 0, "and made again");
    made = 0;
    for (uint32_t t = 0; t < sizeof more / sizeof more[0]; t++)
        for (uint32_t i = 0; i < EXO_NET_ROWS; i++) {
            filter = port_filter(ours, 6, (uint16_t)(1000 + t * 16 + i));
            filter.parent = (uint32_t)ROW(table, 1);
            made += exo_net_filter(SLOT_CHILD, ROW(more[t], i), SLOT_CHILD, &filter) == 0;
        }
    expect(made, 80, "80 ports inside a claim");
    expect(exo_net_release(SLOT_CHILD, ROW(table, 1)), -EXO_E_AGAIN,
           "releasing them all takes more than one call");
    expect(exo_net_release(SLOT_CHILD, ROW(table, 1)), 0, "but not three");
    for (uint32_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        expect(exo_net_table_destroy(SLOT_CHILD, more[i]), 0, "the table goes");
        frame_drop(more[i]);
    }
}

/* --- Rings -------------------------------------------------------------------------------------------------------- */

static struct exo_net_ring_config ring_config(void)
{
    return (struct exo_net_ring_config){.shared_frame = shared_frame,
                                        .buffer_frame = buffer_frame,
                                        .buffer_count = BUFFERS,
                                        .env = machine.env,
                                        .event = EVENT};
}

static void refused_ring(uint32_t slot, struct exo_net_ring_config config, int64_t want,
                         const char *what)
{
    expect(exo_net_ring(slot, ROW(table, 0), &config), want, "a ring with %s", what);
}

static void test_ring_refused(void)
{
    struct exo_net_ring_config c = ring_config();

    c.buffer_count = 0;
    refused_ring(CAP_ROOT, c, -EXO_E_ARG, "no buffers");
    c.buffer_count = EXO_NET_RING_FRAMES + 1;
    refused_ring(CAP_ROOT, c, -EXO_E_ARG, "too many buffers");
    c = ring_config();
    c.event = 63;
    refused_ring(CAP_ROOT, c, -EXO_E_ARG, "event bit 63");
    c = ring_config();
    c.flags = 4;
    refused_ring(CAP_ROOT, c, -EXO_E_ARG, "unknown flags");
    c = ring_config();
    c.env = 12345;
    refused_ring(CAP_ROOT, c, -EXO_E_NONE, "no env");
    c = ring_config();
    refused_ring(SLOT_CHILD, c, -EXO_E_CAP, "an env that is not its own");
    c.buffer_frame = machine.page->frame_count - 2;
    refused_ring(CAP_ROOT, c, -EXO_E_RANGE, "buffers past the end");
    c.buffer_frame = UINT64_MAX - 2;
    refused_ring(CAP_ROOT, c, -EXO_E_RANGE, "buffers whose number wraps");
    c = ring_config();
    c.shared_frame = buffer_frame + 1;
    refused_ring(CAP_ROOT, c, -EXO_E_KIND, "the shared frame among the buffers");
    c = ring_config();
    c.shared_frame = buffer_frame;
    c.buffer_frame = buffer_frame + EXO_NET_SHARED_FRAMES - 1;
    c.buffer_count = BUFFERS - EXO_NET_SHARED_FRAMES;
    refused_ring(CAP_ROOT, c, -EXO_E_KIND, "the last shared frame among the buffers");
    c = ring_config();
    c.shared_frame = machine.page->frame_count - 2;
    refused_ring(CAP_ROOT, c, -EXO_E_RANGE, "shared frames past the end");
    c.shared_frame = UINT64_MAX - 1;
    refused_ring(CAP_ROOT, c, -EXO_E_RANGE, "shared frames whose number wraps");
    c = ring_config();
    c.shared_frame = machine.space.root;
    refused_ring(CAP_ROOT, c, -EXO_E_KIND, "a page table as shared frame");
    c = ring_config();
    c.buffer_frame = shared_frame - 1;
    c.shared_frame = table;
    refused_ring(CAP_ROOT, c, -EXO_E_KIND, "a net table as shared frame");
    c = ring_config();
    refused_ring(SLOT_NOTHING, c, -EXO_E_RIGHT, "no write right");
    c.flags = EXO_NET_CAPTURE;
    expect(exo_cap_derive(CAP_ROOT, SLOT_WORK, 0, EXO_RIGHT_READ | EXO_RIGHT_WRITE), 0,
           "a capability without the observe right");
    refused_ring(SLOT_WORK, c, -EXO_E_RIGHT, "capture without the observe right");
    expect(exo_cap_drop(SLOT_WORK), 0, "drop it");
}

static void ring_open_for(uint64_t env, uint32_t flags)
{
    struct exo_net_ring_config config = ring_config();

    config.env = env;
    config.flags = flags;
    expect(exo_net_ring(CAP_ROOT, ROW(table, 0), &config), 0, "a ring");
    taken = posted = 0;
    for (uint32_t i = 0; i < BUFFERS; i++) {
        ring->receive[i].buffer = (uint16_t)i;
        ring->receive_posted = ++posted;
    }
}

static void ring_open(uint32_t flags)
{
    ring_open_for(machine.env, flags);
}

static void ring_close(void)
{
    int64_t error = -EXO_E_AGAIN;

    for (uint32_t i = 0; i < 1000000 && error == -EXO_E_AGAIN; i++)
        error = exo_net_release(CAP_ROOT, ROW(table, 0));
    expect(error, 0, "the ring ends");
}

/* An ARP request for the gateway, in the second half of the buffers. */
static uint32_t put_arp(const uint8_t *from)
{
    uint32_t offset = BUFFERS / 2 * EXO_PAGE_SIZE;
    uint8_t *p = buffer_at(offset);

    memset(p, 0, 60);
    memset(p, 0xff, 6);
    memset(p + 6, 0x66, 6); /* not the card's: the kernel puts that in */
    memcpy(p + 12, (uint8_t[]){8, 6, 0, 1, 8, 0, 6, 4, 0, 1}, 10);
    memset(p + 22, 0x66, 6);
    memcpy(p + 28, from, 4);
    memcpy(p + 38, gateway, 4);
    return offset;
}

static uint32_t next_send;

/* Sends one descriptor; its flags afterwards. */
static uint16_t send_one(uint32_t offset, uint16_t length, uint16_t flags, uint64_t filter)
{
    struct exo_net_send *d = &ring->send[next_send % EXO_NET_SEND_MAX];

    *d = (struct exo_net_send){
        .offset = offset, .length = length, .flags = flags, .filter = (uint32_t)filter};
    ring->send_posted = ++next_send;
    (void)exo_net_kick(CAP_ROOT, ROW(table, 0));
    return d->flags & (EXO_NET_SEND_DONE | EXO_NET_SEND_REFUSED);
}

static const struct exo_net_received *arrival(void)
{
    uint64_t deadline = exo_now_ns(machine.page) + 10000000000;

    while (ring->receive_filled == taken && exo_now_ns(machine.page) < deadline) {
        struct exo_sleep_word word = {.address = (uint64_t)&ring->receive_filled, .value = taken};

        (void)exo_sleep((uint64_t)&word, 1, deadline);
    }
    if (ring->receive_filled == taken)
        return NULL;
    return &ring->receive[taken++ % EXO_NET_RECEIVE_MAX];
}

static void test_exchange(void)
{
    const struct exo_net_row *rows = page_at(PAGE_TABLE);
    struct exo_net_filter arp = address_filter(0x0806, ours);
    uint16_t refused = EXO_NET_SEND_DONE | EXO_NET_SEND_REFUSED;

    next_send = 0;
    ring_open(0);
    expect(page_map(PAGE_TABLE, table, EXO_PTE_NO_EXECUTE), 0, "the table is mapped");
    arp.ring = (uint32_t)ROW(table, 0);
    expect(bind(CAP_ROOT, 1, CAP_ROOT, arp, 0), 0, "a claim on ARP for 10.0.2.15");
    machine.upcall->events &= ~(1ull << EVENT);
    expect(send_one(put_arp(ours), 60, 0, ROW(table, 1)), EXO_NET_SEND_DONE,
           "an ARP request leaves");
    const struct exo_net_received *got = arrival();

    check(got != NULL, "something arrives");
    if (got) {
        const uint8_t *p =
            buffer_at(got->buffer * (uint32_t)EXO_NET_BUFFER_BYTES + EXO_NET_HEADROOM);

        check(p[12] == 8 && p[13] == 6 && p[21] == 2, "it is an ARP reply");
        check(!memcmp(p + 28, gateway, 4) && !memcmp(p + 38, ours, 4), "of the gateway, to us");
        check(!memcmp(p, machine.page->net.mac, 6), "to the card's address, not the one we wrote");
        expect(got->filter, (int64_t)ROW(table, 1), "it was claimed by our filter");
        expect(got->network, 14, "the network header's offset");
    }
    check(machine.upcall->events & 1ull << EVENT || rows[0].packets, "the event was set");
    expect((int64_t)rows[1].packets, 1, "the filter's row counts it");
    expect((int64_t)rows[0].ring.sent, 1, "the ring's row counts what was sent");
    check(machine.page->net.queue[0].received >= 1 && machine.page->net.queue[0].sent >= 1,
          "so does the machine");

    expect(send_one(put_arp(other), 60, 0, ROW(table, 1)), refused, "a forged sender is refused");
    expect(send_one(put_arp(ours), 60, 0, ROW(table, 2)), refused, "so is a filter that is none");
    expect(send_one(put_arp(ours), 60, 0, UINT32_MAX), refused, "or past the end of memory");
    expect(send_one(put_arp(ours), 60, 0, 0), refused, "or 0");
    expect(send_one(put_arp(ours), 13, 0, ROW(table, 1)), refused, "a packet of 13 bytes");
    expect(send_one(put_arp(ours), 2000, 0, ROW(table, 1)), refused, "one longer than the card's");
    expect(send_one(put_arp(ours), 60, EXO_NET_SEND_MORE, ROW(table, 1)), refused,
           "one without end");
    expect(send_one(BUFFERS * EXO_PAGE_SIZE - 59, 60, 0, ROW(table, 1)), refused,
           "one that leaves the buffers");
    expect(send_one(UINT32_MAX - 10, 60, 0, ROW(table, 1)), refused, "one whose offset wraps");
    expect(send_one(put_arp(ours), 60, EXO_NET_SEND_CHECKSUM, ROW(table, 1)), refused,
           "a checksum of what has none");
    ring->send_posted = next_send + EXO_NET_SEND_MAX + 1;
    expect(exo_net_kick(CAP_ROOT, ROW(table, 0)), -EXO_E_ARG, "impossible counters");
    ring->send_posted = next_send;
    expect((int64_t)rows[0].ring.refused, 10, "the ring's row counts the refused");
    expect((int64_t)rows[0].ring.sent, 1, "and nothing else left");

    ring->receive_posted = posted + EXO_NET_RECEIVE_MAX + 1;
    expect(send_one(put_arp(ours), 60, 0, ROW(table, 1)), EXO_NET_SEND_DONE, "another request");
    check(wait_for(&rows[0].dropped, 1, 10000), "an impossible counter loses the packet only");
    ring->receive_posted = posted;
    for (uint32_t i = 0; i < BUFFERS; i++)
        ring->receive[i].buffer = UINT16_MAX;
    expect(send_one(put_arp(ours), 60, 0, ROW(table, 1)), EXO_NET_SEND_DONE, "another request");
    check(wait_for(&rows[0].dropped, 2, 10000), "so does a buffer that there is not");
    expect((int64_t)rows[1].dropped, 2, "the filter's row counts both");
    expect(exo_net_attach(CAP_ROOT, ROW(table, 1), 0), 0, "no ring for the filter");
    expect(send_one(put_arp(ours), 60, 0, ROW(table, 1)), EXO_NET_SEND_DONE, "another request");
    check(wait_for(&rows[1].dropped, 3, 10000), "is dropped and counted");
    expect(exo_net_attach(CAP_ROOT, ROW(table, 1), ROW(table, 1)), -EXO_E_KIND, "a filter as ring");
    expect(exo_net_attach(CAP_ROOT, ROW(table, 0), 0), -EXO_E_KIND, "a ring as filter");
    expect(exo_net_attach(SLOT_OTHER, ROW(table, 1), 0), -EXO_E_CAP, "attach another's filter");
    expect(exo_net_kick(SLOT_OTHER, ROW(table, 0)), -EXO_E_CAP, "kick another's ring");
    expect(exo_net_kick(CAP_ROOT, ROW(table, 1)), -EXO_E_KIND, "kick a filter");
    expect(exo_net_kick(CAP_ROOT, ROW(machine.page->frame_count, 0)), -EXO_E_RANGE,
           "kick past the end of memory");
    expect(exo_frame_free(CAP_ROOT, buffer_frame, 1), -EXO_E_BUSY, "its buffers are pinned");
    for (uint32_t i = 0; i < EXO_NET_SHARED_FRAMES; i++)
        expect(exo_frame_free(CAP_ROOT, shared_frame + i, 1), -EXO_E_KIND,
               "so are the shared frames");
    expect(exo_net_release(CAP_ROOT, ROW(table, 1)), 0, "the claim ends");
    expect(page_unmap(PAGE_TABLE), 0, "the table is unmapped");
    ring_close();
}

/* Payload beyond what the kernel copies goes from our frames; a capture ring sees everything. */
/* Instructions: opcode, destination, source, offset, constant. */
#define I(op, d, s, off, imm)                                                                      \
    ((uint64_t)(op) | (uint64_t)(d) << 8 | (uint64_t)(s) << 12 | (uint64_t)(uint16_t)(off) << 16 | \
     (uint64_t)(uint32_t)(imm) << 32)
#define ANSWERS   5
#define PAGE_CODE 31

/* Answers each ARP reply with the frame in its memory, ANSWERS - 1 times, then sets event 5; consumes all of them. */
static const uint64_t answering[] = {
    I(0x79, 6, 1, 32, 0), /* r6 = memory */
    I(0x79, 7, 6, 0, 0),  /* r7 = ++memory[0] */
    I(0x07, 7, 0, 0, 1),
    I(0x7b, 6, 7, 0, 0),
    I(0x25, 7, 0, 5, ANSWERS - 1), /* enough? */
    I(0xbf, 1, 6, 0, 0),
    I(0x07, 1, 0, 0, 64),
    I(0xb7, 2, 0, 0, 60),
    I(0x85, 0, 0, 0, EXO_CODE_HELPER_SEND),
    I(0x05, 0, 0, 2, 0),
    I(0xb7, 1, 0, 0, 0x20),
    I(0x85, 0, 0, 0, EXO_CODE_HELPER_WAKE),
    I(0xb7, 0, 0, 0, EXO_CODE_CONSUMED),
    I(0x95, 0, 0, 0, 0),
};

/* A handler answers five times without the owner; then forges, which is refused; then is gone, and packets come again. */
static void test_handler(void)
{
    struct exo_net_filter arp = address_filter(0x0806, ours);
    volatile uint64_t *memory = page_at(PAGE_CODE);
    uint64_t frame = frame_new(CAP_ROOT), id = code_container(CAP_ROOT, 40, 12);
    uint64_t sent;

    next_send = 0;
    ring_open(0);
    arp.ring = (uint32_t)ROW(table, 0);
    expect(bind(CAP_ROOT, 1, CAP_ROOT, arp, 0), 0, "a claim on ARP");
    expect(page_map(PAGE_CODE, frame, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "memory is mapped");
    expect(exo_code_memory(CAP_ROOT, id, &frame, 1), 0, "and given to a handler");
    expect(exo_net_handler(CAP_ROOT, ROW(table, 1), id), -EXO_E_NONE, "that is not loaded yet");
    expect(code_insns_load(CAP_ROOT, id, EXO_CODE_PACKET, answering, sizeof answering / 8), 0,
           "it is loaded");
    expect(exo_net_handler(SLOT_OTHER, ROW(table, 1), id), -EXO_E_NONE, "another's program");
    expect(exo_net_handler(CAP_ROOT, ROW(table, 1), id + 1), -EXO_E_NONE, "no program");
    expect(exo_net_handler(CAP_ROOT, ROW(table, 0), id), -EXO_E_KIND, "a ring");
    expect(exo_net_handler(SLOT_READER, ROW(table, 1), id), -EXO_E_RIGHT, "without the right");
    expect(exo_net_handler(CAP_ROOT, ROW(table, 1), id), 0, "a handler for the claim");
    memset(page_at(PAGE_CODE), 0, EXO_PAGE_SIZE);
    memcpy((uint8_t *)page_at(PAGE_CODE) + 64, buffer_at(put_arp(ours)), 60);
    machine.upcall->events = 0;
    sent = machine.page->net.queue[0].sent;
    expect(send_one(put_arp(ours), 60, 0, ROW(table, 1)), EXO_NET_SEND_DONE,
           "an ARP request leaves");
    check(wait_for(&memory[0], ANSWERS, 10000), "the handler has seen %lu replies",
          (unsigned long)memory[0]);
    expect((int64_t)(machine.page->net.queue[0].sent - sent), ANSWERS,
           "each but the last was answered");
    expect((int64_t)ring->receive_filled, (int64_t)taken, "nothing came to the ring");
    check(wait_for(&machine.upcall->events, 0x20, 10000) && machine.upcall->events & 0x20,
          "the event that it asked for is set");
    memory[0] = 0;
    memcpy((uint8_t *)page_at(PAGE_CODE) + 64, buffer_at(put_arp(other)), 60);
    sent = machine.page->net.queue[0].sent;
    expect(send_one(put_arp(ours), 60, 0, ROW(table, 1)), EXO_NET_SEND_DONE, "another request");
    check(wait_for(&memory[0], 1, 10000), "is handled");
    expect((int64_t)(machine.page->net.queue[0].sent - sent), 1, "its forged answer is not sent");
    code_container_drop(id, 12);
    expect(send_one(put_arp(ours), 60, 0, ROW(table, 1)), EXO_NET_SEND_DONE, "another request");
    check(arrival() != NULL, "without the program its reply comes to the ring");
    expect((int64_t)memory[0], 1, "nobody counts");
    expect(exo_net_handler(CAP_ROOT, ROW(table, 1), 0), 0, "no handler any more");
    expect(exo_net_release(CAP_ROOT, ROW(table, 1)), 0, "the claim ends");
    ring_close();
    expect(page_unmap(PAGE_CODE), 0, "unmapped");
    frame_drop(frame);
}

/* A program that counts in its memory and takes at least as long as one may without loops; then its verdict. Returns its length. */
static uint32_t long_handler(uint64_t *insn, uint32_t divisions, uint32_t sends, uint32_t verdict)
{
    uint32_t n = 0, loop;

    insn[n++] = I(0x79, 6, 1, 32, 0); /* r6 = memory */
    insn[n++] = I(0x79, 7, 6, 0, 0);  /* r7 = ++memory[0] */
    insn[n++] = I(0x07, 7, 0, 0, 1);
    insn[n++] = I(0x7b, 6, 7, 0, 0);
    for (uint32_t i = 0; i < divisions; i++)
        insn[n++] = I(0x37, 7, 0, 1, 0x12345678); /* r7 s/= */
    insn[n++] = I(0xb7, 8, 0, 0, 0);
    for (loop = n; n < loop + 8;)
        insn[n++] = I(0x97, 7, 0, 1, 0x12345678); /* r7 s%= */
    insn[n++] = I(0x07, 8, 0, 0, 1);
    insn[n] = I(0x55, 8, 0, (int)loop - (int)n - 1, 28); /* 28 times */
    n++;
    for (uint32_t i = 0; i < sends; i++) {
        insn[n++] = I(0xbf, 1, 6, 0, 0);
        insn[n++] = I(0x07, 1, 0, 0, 64);
        insn[n++] = I(0xb7, 2, 0, 0, 1514);
        insn[n++] = I(0x85, 0, 0, 0, EXO_CODE_HELPER_SEND);
    }
    insn[n++] = I(0xb7, 0, 0, 0, (int)verdict);
    insn[n++] = I(0x95, 0, 0, 0, 0);
    return n;
}

/* Counts how often it is woken; has no slice of its own. */
static void guest_body(struct child *child)
{
    for (;;) {
        child->step++;
        (void)exo_sleep(0, 0, EXO_FOREVER);
    }
}

/* Stays in ring 3, so that packets interrupt it, until the word changes or a packet is in the ring; false: neither, in ten seconds. */
static bool stay(const volatile uint64_t *word, uint64_t is)
{
    uint64_t deadline = exo_now_ns(machine.page) + 10000000000;

    while (*word == is && !ring->receive_filled)
        if (exo_now_ns(machine.page) >= deadline)
            return false;
    return true;
}

/*
 * What a handler's verdict and its time do to others. A ring's env without a slice of its own gets that of the env that was interrupted,
 * since its guard covers the position (G06 tries it with one that does not); and it owes the handler's time, until it owes so much that the
 * handler rests.
 */
static void test_handler_owner(void)
{
    struct exo_net_filter arp = address_filter(0x0806, ours);
    volatile uint64_t *memory = page_at(PAGE_CODE);
    uint64_t frame = frame_new(CAP_ROOT), id = code_container(CAP_ROOT, 42, 60);
    static uint64_t insn[300];

    expect(page_map(PAGE_CODE, frame, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "memory is mapped");
    expect(exo_code_memory(CAP_ROOT, id, &frame, 1), 0, "and given to a handler");
    expect(code_insns_load(CAP_ROOT, id, EXO_CODE_PACKET, insn,
                           long_handler(insn, 210, 0, EXO_CODE_CONSUMED | EXO_CODE_TRANSFER)),
           0, "that is long and wants its env to go on");
    struct child *child = child_make(guest_body, &(struct child_options){.slot = CAP_ROOT});

    memory[0] = 0;
    next_send = 0;
    ring_open_for(child->env, 0);
    arp.ring = (uint32_t)ROW(table, 0);
    expect(bind(CAP_ROOT, 1, CAP_ROOT, arp, 0), 0, "a claim on ARP for an env that has no slice");
    expect(exo_net_handler(CAP_ROOT, ROW(table, 1), id), 0, "and the handler");
    for (uint32_t i = 0; i < 3; i++) {
        expect(send_one(put_arp(ours), 60, 0, ROW(table, 1)), EXO_NET_SEND_DONE, "a request");
        check(stay(&memory[0], i), "its reply is handled");
    }
    for (uint32_t i = 0; i < 100 && child->step < 3; i++) { /* little may be left of a slice */
        uint64_t seen = memory[0], step = child->step;

        (void)send_one(put_arp(ours), 60, 0, ROW(table, 1));
        (void)stay(&memory[0], seen);
        for (uint32_t spin = 0; spin < 1000000 && child->step == step; spin++)
            ;
    }
    if (machine.page->cpu_count ==
        1) /* else the handler may run on the CPU that idles, and interrupt nobody */
        check(child->step >= 3, "and the env ran in this one's slices");
    check(child->upcall->handler_ns >= 3 * 5000, "it owes for that: %lu ns",
          (unsigned long)child->upcall->handler_ns);
    for (uint32_t i = 0; i < 20000 && !ring->receive_filled; i++) {
        uint64_t seen = memory[0];

        (void)send_one(put_arp(ours), 60, 0, ROW(table, 1));
        (void)stay(&memory[0], seen);
    }
    check(ring->receive_filled == 1, "the handler rests after %lu runs", (unsigned long)memory[0]);
    check(child->upcall->handler_ns + child->upcall->overstay_ns >= EXO_HANDLER_DEBT_NS,
          "when the env owes %lu ns for it and %lu for staying too long",
          (unsigned long)child->upcall->handler_ns, (unsigned long)child->upcall->overstay_ns);
    uint64_t seen = memory[0], deadline = exo_now_ns(machine.page) + 10000000000;

    child_run(child, 0); /* what it does not use pays */
    while (memory[0] == seen && exo_now_ns(machine.page) < deadline) {
        (void)send_one(put_arp(ours), 60, 0, ROW(table, 1));
        (void)exo_yield();
    }
    check(memory[0] > seen, "slices of its own pay: the handler runs again");
    expect(exo_net_release(CAP_ROOT, ROW(table, 1)), 0, "the claim ends");
    ring_close();
    child_free(child);
    code_container_drop(id, 60);
    expect(page_unmap(PAGE_CODE), 0, "unmapped");
    frame_drop(frame);
}

/*
 * As much as there can be at once: all descriptors of a ring, of no known flow, each answered; a handler that takes as long as one may for
 * each answer and sends four frames; a capture ring that gets everything. tests/boot/run reads how long interrupts were off.
 */
static void test_turns(void)
{
    struct exo_net_filter arp = address_filter(0x0806, ours);
    const volatile struct exo_net_row *rows = page_at(PAGE_TABLE);
    volatile uint64_t *memory = page_at(PAGE_CODE);
    uint8_t *reply = (uint8_t *)page_at(PAGE_CODE) + 64;
    uint64_t frame = frame_new(CAP_ROOT), id = code_container(CAP_ROOT, 41, 60);
    static uint64_t insn[300];
    uint32_t n = long_handler(insn, 210, EXO_CODE_SENDS, EXO_CODE_DELIVER);

    next_send = 0;
    ring_open(EXO_NET_CAPTURE);
    arp.ring = (uint32_t)ROW(table, 0);
    expect(bind(CAP_ROOT, 1, CAP_ROOT, arp, 0), 0, "a claim on ARP");
    expect(page_map(PAGE_TABLE, table, EXO_PTE_NO_EXECUTE), 0, "the table is mapped");
    expect(page_map(PAGE_CODE, frame, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "memory is mapped");
    expect(exo_code_memory(CAP_ROOT, id, &frame, 1), 0, "and given to a handler");
    expect(code_insns_load(CAP_ROOT, id, EXO_CODE_PACKET, insn, n), 0, "a long one, loaded");
    expect(exo_net_handler(CAP_ROOT, ROW(table, 1), id), 0, "that looks at the claim");
    memset(page_at(PAGE_CODE), 0, EXO_PAGE_SIZE);
    memcpy(reply, buffer_at(put_arp(ours)), 60);
    reply[21] = 2; /* an answer, which nobody answers */
    for (uint32_t i = 0; i < EXO_NET_RECEIVE_MAX; i++)
        ring->receive[i].buffer = (uint16_t)(i % BUFFERS);
    for (uint32_t round = 0; round < 3; round++) {
        uint64_t sent = rows[0].ring.sent, seen = memory[0], all = machine.page->net.queue[0].sent;
        uint32_t pieces = round == 2 ? 3 : 1, count = EXO_NET_SEND_MAX / pieces;
        uint32_t offset = put_arp(ours), at = round ? offset + EXO_PAGE_SIZE - 1000 : offset;

        if (round)
            memcpy(buffer_at(at), buffer_at(offset), 60);
        ring->receive_posted = ring->receive_filled + EXO_NET_RECEIVE_MAX;
        for (uint32_t i = 0; i < count * pieces; i++)
            ring->send[next_send++ % EXO_NET_SEND_MAX] =
                (struct exo_net_send){.offset = at + (i % pieces ? 20 + i % pieces * 900 : 0),
                                      .length = round == 2 ? i % 3 ? 500 : 42
                                                : round    ? 1514
                                                           : 496,
                                      .flags = i % pieces + 1 < pieces ? EXO_NET_SEND_MORE : 0,
                                      .filter = (uint32_t)ROW(table, 1)};
        ring->send_posted = next_send;
        while (exo_net_kick(CAP_ROOT, ROW(table, 0)) == -EXO_E_AGAIN)
            (void)exo_yield();
        expect((int64_t)(rows[0].ring.sent - sent), count, "%u packets leave", count);
        check(wait_for(&memory[0], seen + count, 20000), "and are answered");
        check(machine.page->net.queue[0].sent - all > count, "by frames of the handler's: %lu",
              (unsigned long)(machine.page->net.queue[0].sent - all));
    }
    check(machine.page->net.queue[0].deferred != 0, "in turns: %lu",
          (unsigned long)machine.page->net.queue[0].deferred);
    check(machine.page->net.queue[0].device_errors == 0, "the card is well");
    expect(exo_net_handler(CAP_ROOT, ROW(table, 1), 0), 0, "no handler any more");
    code_container_drop(id, 60);
    expect(exo_net_release(CAP_ROOT, ROW(table, 1)), 0, "the claim ends");
    ring_close();
    expect(page_unmap(PAGE_CODE), 0, "unmapped");
    expect(page_unmap(PAGE_TABLE), 0, "the table, too");
    frame_drop(frame);
}

static void test_capture(void)
{
    struct exo_net_filter ip = address_filter(0x0800, ours);
    uint32_t offset = put_arp(ours);
    uint8_t *p = buffer_at(offset);

    next_send = 0;
    ring_open(EXO_NET_CAPTURE);
    expect(bind(CAP_ROOT, 1, CAP_ROOT, address_filter(0x0806, ours), 0), 0, "ARP");
    expect(bind(CAP_ROOT, 2, CAP_ROOT, ip, 0), 0, "IPv4");
    struct exo_net_ring_config second = ring_config();

    second.flags = EXO_NET_CAPTURE;
    expect(exo_net_ring(CAP_ROOT, ROW(table, 3), &second), -EXO_E_BUSY, "a second capture ring");
    (void)send_one(offset, 60, 0, ROW(table, 1));
    const struct exo_net_received *sent = arrival();
    const struct exo_net_received *answer = arrival();

    check(sent && sent->flags & EXO_NET_RECEIVED_SENT && sent->length == 60,
          "the capture ring shows what is sent");
    check(answer && !(answer->flags & EXO_NET_RECEIVED_SENT) && answer->filter == ROW(table, 1),
          "and what is received, with its filter");
    if (!answer)
        return;
    const uint8_t *mac =
        buffer_at(answer->buffer * (uint32_t)EXO_NET_BUFFER_BYTES + EXO_NET_HEADROOM + 6);

    /* A ping of 1,000 bytes to the gateway, which answers it. */
    memset(p, 0, 1042);
    memcpy(p, mac, 6);
    memcpy(p + 12, (uint8_t[]){8, 0, 0x45, 0, 1028 >> 8, 1028 & 255, 0, 1, 0, 0, 64, 1}, 12);
    memcpy(p + 26, ours, 4);
    memcpy(p + 30, gateway, 4);
    uint32_t sum = 0;

    for (uint32_t i = 14; i < 34; i += 2)
        sum += (uint32_t)p[i] << 8 | p[i + 1];
    sum = ~((sum & 0xffff) + (sum >> 16));
    p[24] = (uint8_t)(sum >> 8);
    p[25] = (uint8_t)sum;
    p[34] = 8;
    p[36] = 0xf7; /* checksum of an echo request of zeros: ~0x0800 */
    p[37] = 0xff;
    p[41 + 1000] = 0;
    check(!(send_one(offset, 1042, 0, ROW(table, 2)) & EXO_NET_SEND_REFUSED),
          "a ping of 1,000 bytes leaves");
    sent = arrival();
    answer = arrival();
    check(sent && sent->flags & EXO_NET_RECEIVED_CUT, "its capture is cut behind the headers");
    check(answer && answer->length >= 1042 && answer->filter == ROW(table, 2), "it is answered");
    for (uint32_t i = 0; i < 1000000 && !(ring->send[1].flags & EXO_NET_SEND_DONE); i++)
        (void)exo_net_kick(CAP_ROOT, ROW(table, 0));
    check(ring->send[1].flags == EXO_NET_SEND_DONE, "and its memory is ours again");
    expect(exo_net_release(CAP_ROOT, ROW(table, 1)), 0, "ARP ends");
    expect(exo_net_release(CAP_ROOT, ROW(table, 2)), 0, "IPv4 ends");
    ring_close();
}

static void idle_body(struct child *child)
{
    (void)child;
}

/* What is bound ends with the env, and with the table. */
static void test_end(void)
{
    struct child *child = child_make(idle_body, &(struct child_options){.slot = CAP_ROOT});
    struct exo_net_ring_config config = ring_config();
    struct exo_net_filter arp = address_filter(0x0806, ours);

    config.env = child->env;
    expect(exo_net_ring(CAP_ROOT, ROW(table, 0), &config), 0, "a ring of a child");
    arp.ring = (uint32_t)ROW(table, 0);
    expect(bind(CAP_ROOT, 1, CAP_ROOT, arp, 0), 0, "a filter of a child");
    child_free(child);
    expect(exo_net_release(CAP_ROOT, ROW(table, 0)), -EXO_E_KIND, "the ring died with its env");
    expect(exo_net_release(CAP_ROOT, ROW(table, 1)), 0, "the filter is its guard's still");
    expect(exo_net_ring(CAP_ROOT, ROW(table, 5),
                        &(struct exo_net_ring_config){.shared_frame = shared_frame,
                                                      .buffer_frame = buffer_frame,
                                                      .buffer_count = BUFFERS,
                                                      .env = machine.env}),
           0, "a ring in another row");
    arp.ring = (uint32_t)ROW(table, 5);
    expect(bind(CAP_ROOT, 1, CAP_ROOT, arp, 0), 0, "with a filter");
    expect(exo_net_table_destroy(SLOT_CHILD, table), 0, "the table's end releases both");
    expect(exo_net_table_create(SLOT_CHILD, table), 0, "the table is made again");
}

/* The end of a capability takes table, filters and ring; also what of it lies in another's table. */
static void test_destroy_subtree(void)
{
    uint64_t second = 0;
    uint64_t theirs = frame_new(SLOT_OTHER);
    uint64_t their_shared = frames_take(SLOT_OTHER, EXO_NET_SHARED_FRAMES);
    uint64_t their_buffer = frame_new(SLOT_OTHER);
    struct exo_net_ring_config config = ring_config();
    struct exo_net_filter arp = address_filter(0x0806, other);

    config.shared_frame = their_shared;
    config.buffer_frame = their_buffer;
    config.buffer_count = 1;
    expect(exo_net_table_create(SLOT_OTHER, theirs), 0, "a net table of [78]");
    expect(exo_net_filter(SLOT_OTHER, ROW(theirs, 1), SLOT_OTHER, &arp), 0, "with a filter");
    expect(exo_net_ring(CAP_ROOT, ROW(table, 0), &config), 0, "a ring of ours in its memory");
    arp = address_filter(0x0806, ours);
    expect(bind(CAP_ROOT, 1, SLOT_OTHER, arp, 0), 0, "its filter in our table");
    expect(bind(CAP_ROOT, 2, CAP_ROOT, port_filter(ours, 6, 80), 0), 0, "and one of ours");
    int64_t error = -EXO_E_AGAIN;

    for (uint32_t i = 0; i < 100000 && error == -EXO_E_AGAIN; i++)
        error = exo_cap_destroy_2(SLOT_OTHER, second, 0, &second);
    expect(error, 0, "[78] is destroyed");
    expect(machine.frames[theirs].kind, EXO_FRAME_FREE, "its table is free");
    for (uint32_t i = 0; i < EXO_NET_SHARED_FRAMES; i++)
        expect(machine.frames[their_shared + i].kind, EXO_FRAME_FREE, "so is its memory");
    expect(machine.frames[their_buffer].references, 0, "which nobody pins");
    expect(exo_net_release(CAP_ROOT, ROW(table, 0)), -EXO_E_KIND, "the ring ended");
    expect(exo_net_release(CAP_ROOT, ROW(table, 1)), -EXO_E_KIND, "so did its filter");
    expect(exo_net_release(CAP_ROOT, ROW(table, 2)), 0, "ours did not");
}

static void test_shared(void)
{
    struct exo_net_filter all = {0};

    exo_match_kind(&all, 0x0806);
    all.flags = EXO_NET_SHARED | EXO_NET_RECEIVE_ONLY;
    expect(bind(CAP_ROOT, 1, SLOT_CHILD, all, 0), 0, "a shared filter");
    expect(bind(CAP_ROOT, 2, SLOT_OTHER, all, 0), 0, "the same for another");
    expect(bind(CAP_ROOT, 3, SLOT_OTHER, all, 0), 0, "and once more");
    all.flags = 0;
    expect(bind(CAP_ROOT, 4, SLOT_OTHER, all, 0), -EXO_E_EXISTS,
           "but not for one that does not share");
    all.flags = EXO_NET_SHARED;
    expect(bind(CAP_ROOT, 4, SLOT_CHILD, address_filter(0x0806, ours), ROW(table, 1)), -EXO_E_ARG,
           "nothing lies inside a shared filter");
    expect(exo_net_release(CAP_ROOT, ROW(table, 1)), 0, "the first ends");
    expect(exo_net_release(CAP_ROOT, ROW(table, 3)), 0, "the third ends");
    expect(exo_net_release(CAP_ROOT, ROW(table, 2)), 0, "the second ends");
}

void test_net(void)
{
    bool card = machine.page->net.features & EXO_NET_CARD_PRESENT;

    check(card, "there is a network card");
    table = frame_new(SLOT_CHILD);
    shared_frame = frames_take(CAP_ROOT, EXO_NET_SHARED_FRAMES);
    buffer_frame = frames_take(CAP_ROOT, BUFFERS);
    ring = page_at(PAGE_SHARED);
    expect(exo_net_table_create(SLOT_CHILD, table), 0, "a net table");
    for (uint32_t i = 0; i < EXO_NET_SHARED_FRAMES; i++)
        expect(page_map(PAGE_SHARED + i, shared_frame + i, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0,
               "a shared page");
    for (uint32_t i = 0; i < BUFFERS; i++)
        expect(page_map(PAGE_BUFFER + i, buffer_frame + i, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0,
               "a buffer");
    test_table();
    test_claims();
    test_shared();
    test_net_limits();
    test_ring_refused();
    if (card) {
        test_exchange();
        test_handler();
        test_handler_owner();
        test_turns();
        test_capture();
        test_end();
        test_destroy_subtree();
    }
    expect(exo_net_table_destroy(SLOT_CHILD, table), 0, "the table goes");
    frame_drop(table);
    for (uint32_t i = 0; i < EXO_NET_SHARED_FRAMES; i++)
        expect(page_unmap(PAGE_SHARED + i), 0, "a shared page is unmapped");
    expect(exo_frame_free(CAP_ROOT, shared_frame, EXO_NET_SHARED_FRAMES), 0,
           "the shared frames go");
    for (uint32_t i = 0; i < BUFFERS; i++)
        expect(page_unmap(PAGE_BUFFER + i), 0, "a buffer is unmapped");
    expect(exo_frame_free(CAP_ROOT, buffer_frame, BUFFERS), 0, "the buffers go");
}
