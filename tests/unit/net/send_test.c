/* SPDX-License-Identifier: MIT */
/*
 * send_test.c - kernel/net/ring.c on a machine made of malloc with a card that only looks: who may send what, and what is copied.
 *
 * What was allowed once is remembered (may_send); each thing that takes the permission away again must be noticed.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include "core/frame.h"
#include "net/ring.h"
#include "tap.h"

#define FRAMES   64
#define TABLE    1 /* net table */
#define SHARED   4 /* of two rings */
#define BUFFERS  16
#define BUFFER_N 4
#define FILTER   (TABLE << EXO_NET_ROW_BITS)
#define RING     (FILTER + 1)
#define RING_TWO (FILTER + 2)

unsigned char *fake_memory;
struct cpu fake_cpu;
uint32_t cpu_count = 1;
struct exo_frame *frame_table;
uint64_t frame_count = FRAMES;
struct spinlock lock_of_rank[LOCK_RANKS];

static struct exo_net_card card = {.mac = {2, 0, 0, 0, 0, 9}, .mtu = 1500, .queues = 1};
static struct net_queue *const q = &net_queue[0];
static uint8_t slot_bytes[NIC_COPY_MAX + 64];
static struct nic_slot slot = {.bytes = slot_bytes};
static uint32_t sent;
static bool out; /* the card has the slot */

/* --- The machine and its card -------------------------------------------------------------------------- */

void lock_spin(_Atomic uint32_t *taken)
{
    while (atomic_exchange(taken, 1))
        sched_yield();
}

uint64_t arch_now_ns(void)
{
    return 1000000;
}

void *arch_map_frame(uint32_t which, uint64_t frame)
{
    (void)which;
    return fake_memory + frame * EXO_PAGE_SIZE;
}

void arch_unmap_frame(uint32_t which)
{
    (void)which;
}

void arch_window_close(uint64_t frame)
{
    (void)frame;
}

struct nic_slot *nic_slot_take(uint32_t pair)
{
    (void)pair;
    slot.copied = slot.piece_count = 0;
    slot.checksum_start = slot.segment = 0;
    memset(slot_bytes, 0xee, sizeof slot_bytes);
    return &slot;
}

void nic_send(uint32_t pair, struct nic_slot *of)
{
    (void)pair;
    sent += of == &slot;
    out = true;
}

void nic_slot_drop(uint32_t pair, struct nic_slot *of)
{
    (void)pair;
    (void)of;
}

void nic_flush(uint32_t pair)
{
    (void)pair;
}

bool nic_slots_free(uint32_t pair)
{
    (void)pair;
    return true;
}

bool nic_slots_low(uint32_t pair)
{
    (void)pair;
    return false;
}

struct nic_slot *nic_sent(uint32_t pair)
{
    (void)pair;
    bool had = out;

    out = false;
    return had ? &slot : NULL;
}

/* --- Filters, rings, packets --------------------------------------------------------------------------- */

static struct path owner(uint32_t n)
{
    struct path root = {.depth = 0}, one = root;

    (void)path_append(&one, &root, n);
    return one;
}

static void guard(struct exo_net_row *row, uint32_t n)
{
    struct path path = owner(n);

    row->guard[0] = path.part[0];
    row->guard[1] = path.part[1];
    row->guard_depth = (uint8_t)path.depth;
}

/* All of UDP to 10.0.2.15. */
static void filter_make(uint32_t of, uint16_t flags)
{
    struct exo_net_row *row = net_row(FILTER);
    union net_key mask = {.field = {.protocol = 255, .ethertype = 0xffff}};
    union net_key value = {.field = {.protocol = NET_IP_UDP, .ethertype = 0x0008}};
    static const uint8_t address[4] = {10, 0, 2, 15};
    struct path root = {.depth = 0};
    uint32_t other;

    memset(mask.field.destination + 12, 255, 4);
    memcpy(value.field.destination + 12, address, 4);
    memset(row, 0, sizeof *row);
    guard(row, of);
    row->flags = flags;
    memcpy(row->filter.mask, mask.word, sizeof mask);
    memcpy(row->filter.value, value.word, sizeof value);
    CHECK(filter_insert(row, &root, &other) == 0);
    row->kind = EXO_NET_FILTER;
}

static void filter_end(void)
{
    uint32_t budget = 1;

    CHECK(filter_remove(net_row(FILTER), &budget));
}

static struct exo_net_ring *ring_start_at(uint32_t name, uint64_t shared, uint32_t of)
{
    struct exo_net_row *row = net_row(name);
    struct exo_net_ring_config config = {.shared_frame = shared,
                                         .buffer_frame = BUFFERS,
                                         .buffer_count = BUFFER_N,
                                         .env = 1,
                                         .event = 3};

    ring_make(row, &config, q);
    guard(row, of);
    return frame_window(shared);
}

/* A datagram between 10.0.2.2 and 10.0.2.15. */
static void packet(uint8_t *p, uint32_t length, bool from_us)
{
    static const uint8_t address[8] = {10, 0, 2, 15, 10, 0, 2, 2};
    uint32_t ip = length - 14, udp = length - 34;

    for (uint32_t i = 42; i < length; i++)
        p[i] = (uint8_t)(i * 7);
    memset(p, 0, 42);
    memcpy(p, card.mac, 6);
    p[0] = 2;
    p[12] = 8;
    p[14] = 0x45;
    p[16] = (uint8_t)(ip >> 8);
    p[17] = (uint8_t)ip;
    p[22] = 64;
    p[23] = NET_IP_UDP;
    memcpy(p + 26, address + (from_us ? 0 : 4), 4);
    memcpy(p + 30, address + (from_us ? 4 : 0), 4);
    p[35] = from_us ? 7 : 99;
    p[37] = from_us ? 99 : 7;
    p[38] = (uint8_t)(udp >> 8);
    p[39] = (uint8_t)udp;
}

static void start(void)
{
    for (uint32_t i = 0; i < EXO_NET_RINGS_MAX; i++)
        if (ring_numbered(i))
            CHECK(ring_end(ring_numbered(i)));
    free(fake_memory);
    free(frame_table);
    fake_memory = aligned_alloc(EXO_PAGE_SIZE, FRAMES * EXO_PAGE_SIZE);
    memset(fake_memory, 0, FRAMES * EXO_PAGE_SIZE);
    frame_table = calloc(FRAMES, sizeof *frame_table);
    frame_table[TABLE].kind = EXO_FRAME_NET;
    q->count = card.queue;
    filter_start(77);
    ring_start(&card);
}

/* The answer to a datagram makes its flow known. */
static void flow_known(void)
{
    uint8_t bytes[64];
    struct net_packet in = {.bytes = bytes, .have = 60, .length = 60};

    packet(bytes, 60, false);
    CHECK(filter_find(q, &in) == net_row(FILTER));
}

static uint8_t *buffer_at(uint32_t offset)
{
    return (uint8_t *)frame_window(BUFFERS) + offset;
}

/* Posts one piece and says whether it was sent. */
static bool send_piece(uint32_t ring, struct exo_net_send piece)
{
    struct exo_net_row *row = net_row(ring);
    struct exo_net_ring *shared = frame_window(row->ring.shared_frame);
    uint32_t at = shared->send_posted % EXO_NET_SEND_MAX, count = 0, before = sent;

    q->work = 0;
    shared->send[at] = piece;
    shared->send_posted++;
    CHECK(ring_send(q, row, &count) == 0);
    ring_sent(q);
    CHECK(count == sent - before && shared->send_taken == shared->send_posted);
    CHECK(shared->send[at].flags & EXO_NET_SEND_DONE);
    CHECK((shared->send[at].flags & EXO_NET_SEND_REFUSED) == (count ? 0 : EXO_NET_SEND_REFUSED));
    return count;
}

static bool send_bytes(uint32_t ring, uint32_t offset, uint32_t length)
{
    return send_piece(ring, (struct exo_net_send){
                                .offset = offset, .length = (uint16_t)length, .filter = FILTER});
}

/* --- Tests -------------------------------------------------------------------------------------------------- */

static void permission_is_remembered_and_forgotten(void)
{
    start();
    filter_make(1, 0);
    ring_start_at(RING, SHARED, 1);
    ring_start_at(RING_TWO, SHARED + EXO_NET_SHARED_FRAMES, 2);
    packet(buffer_at(0), 60, true);
    CHECK(send_bytes(RING, 0, 60)); /* by its key */
    flow_known();
    for (uint32_t i = 0; i < 3; i++)
        CHECK(send_bytes(RING, 0, 60));  /* found, then remembered */
    CHECK(!send_bytes(RING_TWO, 0, 60)); /* the filter is another's */
    CHECK(send_bytes(RING, 0, 60));
    buffer_at(0)[29] ^= 1; /* from another address */
    CHECK(!send_bytes(RING, 0, 60));
    buffer_at(0)[29] ^= 1;
    buffer_at(0)[23] = NET_IP_TCP;
    CHECK(!send_bytes(RING, 0, 60));
    buffer_at(0)[23] = NET_IP_UDP;
    buffer_at(0)[35] ^= 1; /* another port: not as the last, and allowed */
    CHECK(send_bytes(RING, 0, 60));
    buffer_at(0)[35] ^= 1;
    CHECK(send_bytes(RING, 0, 60));
    CHECK(!send_piece(RING, (struct exo_net_send){.length = 60, .filter = FILTER + 1}));
    filter_end();
    CHECK(!send_bytes(RING, 0, 60)); /* there is none */
    filter_make(2, 0);
    flow_known();
    CHECK(!send_bytes(RING, 0, 60)); /* the row is another's now */
    CHECK(send_bytes(RING_TWO, 0, 60));
    filter_end();
    filter_make(1, EXO_NET_RECEIVE_ONLY);
    flow_known();
    CHECK(!send_bytes(RING, 0, 60));
}

static void another_ring_in_the_same_row_is_another(void)
{
    start();
    filter_make(1, 0);
    ring_start_at(RING, SHARED, 1);
    packet(buffer_at(0), 60, true);
    flow_known();
    CHECK(send_bytes(RING, 0, 60) && send_bytes(RING, 0, 60));
    CHECK(ring_end(net_row(RING)));
    ring_start_at(RING, SHARED, 2);
    CHECK(!send_bytes(RING, 0, 60));
}

static void a_program_sends_for_its_filter_only(void)
{
    uint8_t bytes[64];

    start();
    filter_make(1, 0);
    ring_start_at(RING_TWO, SHARED, 2);
    packet(bytes, 60, true);
    flow_known();
    CHECK(ring_reply(q, net_row(FILTER), bytes, 60) && ring_reply(q, net_row(FILTER), bytes, 60));
    memcpy(buffer_at(0), bytes, 60);
    CHECK(!send_bytes(RING_TWO, 0, 60)); /* what it may, a ring of others may not */
    bytes[29] = 77;
    CHECK(!ring_reply(q, net_row(FILTER), bytes, 60));
    bytes[29] = 15;
    CHECK(ring_reply(q, net_row(FILTER), bytes, 60));
    filter_end();
    filter_make(1, EXO_NET_RECEIVE_ONLY);
    flow_known();
    CHECK(!ring_reply(q, net_row(FILTER), bytes, 60));
    CHECK(!ring_reply(q, net_row(FILTER), bytes, 13) &&
          !ring_reply(q, net_row(FILTER), bytes, 1519));
}

static void pieces_lie_in_the_ring(void)
{
    uint32_t end = BUFFER_N * EXO_PAGE_SIZE;

    start();
    filter_make(1, 0);
    ring_start_at(RING, SHARED, 1);
    for (uint32_t round = 0; round < 2; round++) { /* unknown flow, known flow */
        packet(buffer_at(end - 60), 60, true);
        CHECK(send_bytes(RING, end - 60, 60));
        CHECK(!send_bytes(RING, end - 59, 60));
        CHECK(!send_bytes(RING, end, 60));
        CHECK(!send_bytes(RING, end + EXO_PAGE_SIZE, 60));
        CHECK(!send_bytes(RING, UINT32_MAX - 10, 60));
        packet(buffer_at(EXO_PAGE_SIZE - 30), 60, true); /* over the end of a page */
        CHECK(send_bytes(RING, EXO_PAGE_SIZE - 30, 60));
        CHECK(!memcmp(slot_bytes + 12, buffer_at(EXO_PAGE_SIZE - 18), 48));
        CHECK(!send_bytes(RING, EXO_PAGE_SIZE - 30, 0) &&
              !send_bytes(RING, EXO_PAGE_SIZE - 30, 13));
        CHECK(!send_bytes(RING, EXO_PAGE_SIZE - 30, 41)); /* lengths contradict each other */
        CHECK(!send_piece(RING, (struct exo_net_send){.offset = EXO_PAGE_SIZE - 30,
                                                      .length = 60,
                                                      .flags = EXO_NET_SEND_MORE,
                                                      .filter = FILTER}));
        flow_known();
    }
    packet(buffer_at(0), 1514, true);
    CHECK(send_bytes(RING, 0, 1514) && slot.piece_count == 1 && slot.copied == 192);
    CHECK(!send_bytes(RING, 0, 1519));
}

/* No byte more, and none less, than the packet has; its sender is the card. */
static void what_is_copied(void)
{
    start();
    filter_make(1, 0);
    struct exo_net_ring *shared = ring_start_at(RING, SHARED, 1);
    struct exo_net_row *row = net_row(RING);

    for (uint32_t length = 42; length <= 496; length++) {
        packet(buffer_at(length), length, true);
        CHECK(send_bytes(RING, length, length));
        CHECK(slot.copied == length && !slot.piece_count);
        CHECK(!memcmp(slot_bytes + 12, buffer_at(length) + 12, length - 12));
        CHECK(!memcmp(slot_bytes + 6, card.mac, 6) && slot_bytes[length] == 0xee);
    }
    for (uint32_t length = 1; length <= 1514; length++) {
        uint8_t *bytes = malloc(length);
        struct net_packet in = {.bytes = bytes, .have = length, .length = length};
        uint32_t buffer = length % (BUFFER_N * 2);
        uint8_t *to = buffer_at(buffer * EXO_NET_BUFFER_BYTES);

        memset(bytes, (int)length, length);
        memset(to, 0x77, EXO_NET_BUFFER_BYTES);
        shared->receive[shared->receive_posted++ % EXO_NET_RECEIVE_MAX].buffer = (uint16_t)buffer;
        CHECK(ring_deliver(q, row, &in, FILTER, 0));
        CHECK(to[1] == 0x77 && to[2] == (uint8_t)length && to[length + 1] == (uint8_t)length &&
              to[length + 2] == 0x77);
        CHECK(!memcmp(to + 2, bytes, length) && shared->receive_filled == length);
        free(bytes);
    }
}

/* A ring goes on where its turn ended, and nothing is left behind. */
static void a_turn_ends(void)
{
    start();
    filter_make(1, 0);
    struct exo_net_ring *shared = ring_start_at(RING, SHARED, 1);
    uint32_t count = 0, turns = 0;
    int error;

    packet(buffer_at(0), 496, true);
    for (uint32_t i = 0; i < EXO_NET_SEND_MAX;
         i++) /* of no known flow, and each third is refused */
        shared->send[i] = (struct exo_net_send){.length = 496, .filter = FILTER + i % 3 / 2};
    shared->send_posted = EXO_NET_SEND_MAX;
    do {
        q->work = 0;
        error = ring_send(q, net_row(RING), &count);
        CHECK(q->work < NET_WORK_TURN + 2000 && (error == EXO_E_AGAIN) == ring_waits(q));
        turns++;
    } while (error == EXO_E_AGAIN && turns < 100);
    CHECK(!error && turns > 3 && turns < 20);
    CHECK(count == EXO_NET_SEND_MAX - EXO_NET_SEND_MAX / 3);
    CHECK(shared->send_taken == EXO_NET_SEND_MAX && !ring_waits(q));
    shared->send[0] = (struct exo_net_send){.length = 496, .filter = FILTER};
    shared->send_posted++;
    CHECK(ring_send(q, net_row(RING), &count) == (q->work < NET_WORK_TURN ? 0 : EXO_E_AGAIN));
    q->work = NET_WORK_TURN;
    shared->send[1] = shared->send[0];
    shared->send_posted = EXO_NET_SEND_MAX + 2;
    CHECK(ring_send(q, net_row(RING), &count) == EXO_E_AGAIN && ring_can_go_on(q));
    q->work = 0;
    out = false; /* also when the card has nothing to give back */
    ring_sent(q);
    CHECK(!ring_waits(q) && shared->send_taken == EXO_NET_SEND_MAX + 2);
}

/* A packet of several buffers comes as a whole or not at all. */
static void merged_packets(void)
{
    start();
    filter_make(1, 0);
    struct exo_net_ring *shared = ring_start_at(RING, SHARED, 1);
    struct exo_net_row *row = net_row(RING);
    static uint8_t bytes[EXO_NET_MERGED_MAX][2046];
    static struct nic_received received;
    struct net_packet in = {.bytes = bytes[0], .have = 2034, .layout = {14, 34, 54, 6}};

    for (uint32_t i = 0; i < EXO_NET_MERGED_MAX; i++)
        memset(bytes[i], (int)i + 1, sizeof bytes[i]);
    for (uint32_t i = 1; i < EXO_NET_MERGED_MAX; i++) {
        received.piece[i - 1].bytes = bytes[i];
        received.piece[i - 1].length = i % 2 ? 2046 : 1000;
    }
    for (uint32_t count = 2; count <= EXO_NET_MERGED_MAX; count++) {
        uint32_t before = shared->receive_filled, dropped = (uint32_t)row->dropped;

        received.pieces = count - 1;
        in.length = 2034;
        for (uint32_t i = 1; i < count; i++)
            in.length += received.piece[i - 1].length;
        shared->receive_posted = before;
        for (uint32_t i = 0; i < count; i++)
            shared->receive[(before + i) % EXO_NET_RECEIVE_MAX].buffer =
                (uint16_t)(i % (BUFFER_N * 2));
        row->flags = EXO_NET_MERGED;
        shared->receive_posted = before + count - 1; /* one too few */
        CHECK(!ring_deliver_merged(q, row, &in, &received, FILTER, 0));
        shared->receive_posted = before + EXO_NET_RECEIVE_MAX + 1; /* impossible */
        CHECK(!ring_deliver_merged(q, row, &in, &received, FILTER, 0));
        shared->receive_posted = before + count;
        row->flags = 0; /* it takes none */
        CHECK(!ring_deliver_merged(q, row, &in, &received, FILTER, 0));
        row->flags = EXO_NET_MERGED;
        struct exo_net_received *last =
            &shared->receive[(before + count - 1) % EXO_NET_RECEIVE_MAX];
        uint16_t buffer = last->buffer;

        last->buffer = BUFFER_N * 2; /* none of the ring's */
        memset(buffer_at(0), 0x77, EXO_NET_BUFFER_BYTES);
        CHECK(!ring_deliver_merged(q, row, &in, &received, FILTER, 0));
        CHECK(*buffer_at(EXO_NET_HEADROOM) == 0x77 && shared->receive_filled == before);
        last->buffer = buffer;
        CHECK(row->dropped == dropped + 4);
        CHECK(ring_deliver_merged(q, row, &in, &received, FILTER, EXO_NET_RECEIVED_VERIFIED));
        CHECK(shared->receive_filled == before + count);
        for (uint32_t i = 0; i < count; i++) {
            const struct exo_net_received *entry =
                &shared->receive[(before + i) % EXO_NET_RECEIVE_MAX];

            CHECK(entry->length == (i ? received.piece[i - 1].length : 2034u));
            CHECK(entry->flags ==
                  (EXO_NET_RECEIVED_VERIFIED | (i + 1 < count ? EXO_NET_RECEIVED_MORE : 0)));
            CHECK(entry->transport == (i ? 0 : 34) && entry->filter == FILTER);
            if (i + BUFFER_N * 2 < count)
                continue; /* its buffer was used again */
            const uint8_t *at = buffer_at(entry->buffer * EXO_NET_BUFFER_BYTES) + EXO_NET_HEADROOM;

            CHECK(!memcmp(at, bytes[i], entry->length));
        }
    }
    CHECK(row->packets == EXO_NET_MERGED_MAX - 1);
    CHECK(ring_end(row));
    filter_end();
}

#define EACH 20000 /* packets by each pair of queues */

/* Packets of one flow, numbered; whoever has no buffer tries again. */
static void *deliver_all(void *queue)
{
    uint8_t bytes[60];
    uint32_t pair = net_queue_number(queue);

    for (uint32_t i = 0; i < EACH; i++) {
        struct net_packet in = {.bytes = bytes, .have = sizeof bytes, .length = sizeof bytes};

        packet(bytes, sizeof bytes, false);
        bytes[34] = (uint8_t)(pair + 1); /* source port */
        memcpy(bytes + 50, &i, sizeof i);
        struct exo_net_row *filter = filter_find(queue, &in);

        CHECK(filter == net_row(FILTER));
        while (!ring_deliver(queue, net_row(RING), &in, FILTER, 0))
            sched_yield();
    }
    return NULL;
}

/* Two CPUs with packets for one ring: each packet comes once, and a flow's in their order. */
static void two_pairs_of_queues(void)
{
    pthread_t thread[2];
    uint32_t next[2] = {0, 0}, taken = 0;
    struct net_flows *flows = calloc(1, sizeof *flows);

    card.queues = 2;
    net_queue[1].flows = flows;
    net_queue[1].count = &card.queue[1];
    start();
    filter_make(1, 0);
    struct exo_net_ring *shared = ring_start_at(RING, SHARED, 1);

    for (uint32_t i = 0; i < BUFFER_N * 2; i++)
        shared->receive[i].buffer = (uint16_t)i;
    __atomic_store_n(&shared->receive_posted, BUFFER_N * 2, __ATOMIC_RELEASE);
    for (uint32_t n = 0; n < 2; n++)
        CHECK(!pthread_create(&thread[n], NULL, deliver_all, &net_queue[n]));
    while (taken < 2 * EACH) {
        if (__atomic_load_n(&shared->receive_filled, __ATOMIC_ACQUIRE) == taken) {
            sched_yield();
            continue;
        }
        const struct exo_net_received *entry = &shared->receive[taken++ % EXO_NET_RECEIVE_MAX];
        uint16_t buffer = entry->buffer;
        const uint8_t *bytes = buffer_at(buffer * EXO_NET_BUFFER_BYTES) + EXO_NET_HEADROOM;
        uint32_t pair = bytes[34] - 1u, number;

        memcpy(&number, bytes + 50, sizeof number);
        CHECK(pair < 2 && number == next[pair]++);
        shared->receive[shared->receive_posted % EXO_NET_RECEIVE_MAX].buffer = buffer;
        __atomic_store_n(&shared->receive_posted, shared->receive_posted + 1, __ATOMIC_RELEASE);
    }
    for (uint32_t n = 0; n < 2; n++)
        CHECK(!pthread_join(thread[n], NULL));
    CHECK(shared->receive_filled == 2 * EACH && net_row(RING)->packets == 2 * EACH);
    CHECK(net_queue[0].wakes == 1 && net_queue[1].wakes == 1);
    /* A ring that has ended is nobody's, and none is told of it. */
    frame_table[SHARED].kind = EXO_FRAME_RING;
    CHECK(ring_end(net_row(RING)) && !net_queue[0].wakes && !net_queue[1].wakes);
    filter_end();
    card.queues = 1;
    net_queue[1].flows = NULL;
    free(flows);
}

int main(void)
{
    TEST(permission_is_remembered_and_forgotten);
    TEST(another_ring_in_the_same_row_is_another);
    TEST(a_program_sends_for_its_filter_only);
    TEST(pieces_lie_in_the_ring);
    TEST(what_is_copied);
    TEST(a_turn_ends);
    TEST(merged_packets);
    TEST(two_pairs_of_queues);
    free(fake_memory);
    free(frame_table);
    return TAP_END();
}
