/* SPDX-License-Identifier: MIT */
/*
 * card_test.c - the driver of the network card against a card that lies: ring indexes, descriptors and lengths by chance.
 *
 * The driver is included as it is; PCI and memory are made of arrays. Whatever the card writes, a packet that the driver
 * hands out lies in its buffers, a slot comes back once, and what cannot be is counted.
 */
#include "../../../kernel/dev/virtio_net.c"
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "tap.h"

#define FRAMES 512

unsigned char *fake_memory;
struct cpu fake_cpu;
struct exo_frame *frame_table;
uint64_t frame_count = FRAMES;
uint32_t cpu_count = 1;

static uint64_t next_frame;
static uint32_t entries = 64; /* of MSI-X */
static uint8_t common_registers[64], notify_registers[64], device_registers[64];
static struct exo_net_card description;
static uint64_t chance_state = 88172645463325252ull;
static uint64_t packets_in, packets_out, slots_back;

static uint64_t chance(void)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return chance_state;
}

/* --- PCI and memory ---------------------------------------------------------------------------------------- */

void klog(const char *fmt, ...)
{
    (void)fmt;
}

void mail_answer(void) {}

uint64_t frame_boot_alloc(enum exo_frame_kind kind)
{
    (void)kind;
    return next_frame++;
}

uint32_t pci_find(uint16_t vendor, uint16_t device)
{
    return vendor == VENDOR_VIRTIO && device == DEVICE_NET ? 3 : EXO_DEVICE_MAX;
}

void pci_own(uint32_t row)
{
    (void)row;
}

/* Capabilities at 0x40, 0x60 and 0x80: common, notify, device; the last one leads back to the first. */
uint32_t pci_capability(uint32_t row, uint32_t id, uint32_t after)
{
    (void)row;
    (void)id;
    return after == 0x80 ? 0x40 : after ? after + 0x20 : 0x40;
}

uint32_t pci_read(uint32_t row, uint32_t offset)
{
    static const uint8_t kinds[] = {CFG_COMMON, CFG_NOTIFY, CFG_DEVICE};
    uint32_t n = (offset - 0x40) / 0x20;

    (void)row;
    return offset % 0x20 == 0    ? (uint32_t)kinds[n] << 24
           : offset % 0x20 == 4  ? n
           : offset % 0x20 == 12 ? 64
                                 : 0;
}

volatile void *pci_map(uint32_t row, uint32_t bar, uint32_t offset, uint32_t bytes)
{
    uint8_t *const places[] = {common_registers, notify_registers, device_registers};

    (void)row;
    return offset + bytes <= 64 ? places[bar] : NULL;
}

bool pci_handler(uint32_t row, uint32_t index, uint32_t cpu, void (*handler)(void))
{
    (void)row;
    (void)handler;
    CHECK(index == cpu);
    return index < entries;
}

static void clear(void)
{
    if (!fake_memory)
        fake_memory = aligned_alloc(4096, FRAMES * 4096);
    memset(fake_memory, 0, FRAMES * 4096);
    memset(pairs, 0, sizeof pairs);
    memset(common_registers, 0, sizeof common_registers);
    memset(&description, 0, sizeof description);
    common = NULL;
    notify = config = NULL;
    dead = false;
    next_frame = 1;
}

static void go(void)
{
    struct common *registers = (struct common *)common_registers;

    registers->device_features = UINT32_MAX;
    registers->queue_size = QUEUE_MAX;
    CHECK(nic_start(&description, NULL, NULL));
}

static void start(void)
{
    clear();
    go();
}

static struct queue *of_number(uint32_t n)
{
    return n % 2 ? &pairs[n / 2].send : &pairs[n / 2].receive;
}

/* --- The card's side --------------------------------------------------------------------------------------------- */

static uint16_t card_seen[2]; /* next entry of `avail` to take */

/* The card takes the next descriptor that was posted; -1: none. */
static int card_take(uint32_t n)
{
    struct queue *q = of_number(n);

    return card_seen[n] == q->avail->index ? -1 : q->avail->ring[card_seen[n]++ % QUEUE_MAX];
}

static void card_give(uint32_t n, uint32_t id, uint32_t length)
{
    struct queue *q = of_number(n);

    q->used->ring[q->used->index % QUEUE_MAX].id = id;
    q->used->ring[q->used->index % QUEUE_MAX].length = length;
    q->used->index++;
}

static void card_packet(uint32_t id, uint32_t length, uint16_t buffers)
{
    uint8_t *at = fake_memory + pairs[0].receive.desc[id].address;
    struct net_header header = {.flags = HEADER_CHECKSUM_VALID, .buffers = buffers};

    memcpy(at, &header, sizeof header);
    memset(at + sizeof header, (int)id, length - sizeof header);
}

static bool in_buffers(const struct nic_received *r)
{
    uint32_t more = 0;

    CHECK(r->pieces < EXO_NET_MERGED_MAX);
    for (uint32_t i = 0; i < r->pieces; i++) {
        uint64_t at = (uint64_t)(r->piece[i].bytes - fake_memory) % EXO_NET_BUFFER_BYTES;

        more += r->piece[i].length;
        CHECK(at == BUFFER_START && r->piece[i].length && r->piece[i].length <= BUFFER_BYTES);
    }
    CHECK(more == r->more);
    for (uint32_t i = 0; i < RECEIVE_BUFFERS; i++)
        if (r->packet >= pairs[0].buffer[i] &&
            r->packet + r->length <= pairs[0].buffer[i] + EXO_NET_BUFFER_BYTES)
            return true;
    return false;
}

static void an_honest_card(void)
{
    struct nic_received r = {0};

    start();
    memset(card_seen, 0, sizeof card_seen);
    for (int i = 0; i < 100000; i++) {
        int id = card_take(0);
        uint32_t length = 13 + (uint32_t)(chance() % 1502);

        CHECK(id >= 0);
        card_packet((uint32_t)id, length, 1);
        card_give(0, (uint32_t)id, length);
        CHECK(nic_next(0, &r) && r.length == length - 12 && in_buffers(&r) && r.verified);
        CHECK(r.packet[0] == (uint8_t)id);
        nic_recycle(0);
    }
    /* A packet in three buffers */
    int id[3] = {card_take(0), card_take(0), card_take(0)};

    card_packet((uint32_t)id[0], 500, 3);
    card_give(0, (uint32_t)id[0], 500);
    card_give(0, (uint32_t)id[1], 300);
    card_give(0, (uint32_t)id[2], 200);
    CHECK(nic_next(0, &r) && r.length == 488 && r.more == 500 && r.pieces == 2 && in_buffers(&r));
    CHECK(r.packet[0] == (uint8_t)id[0] && r.piece[0].length == 300 && r.piece[1].length == 200);
    nic_recycle_more(0, &r);
    nic_recycle(0);
    CHECK(!r.more && !r.pieces && pairs[0].receive.posted == (uint16_t)(RECEIVE_BUFFERS + 100003));
    CHECK(!description.queue[0].device_errors);
    for (int i = 0; i < 1000; i++) {
        struct nic_slot *slot = nic_slot_take(0);

        slot->copied = 100;
        slot->piece_count = (uint32_t)(chance() % 4);
        for (uint32_t p = 0; p < slot->piece_count; p++)
            slot->piece[p].length = 100;
        nic_send(0, slot);
        int head = card_take(1);
        uint32_t chain = 1;

        for (int at = head; pairs[0].send.desc[at].flags & DESC_NEXT;
             at = pairs[0].send.desc[at].next)
            chain++;
        CHECK(chain == 1 + slot->piece_count);
        card_give(1, (uint32_t)head, 0);
        CHECK(nic_sent(0) == slot && !nic_sent(0));
        nic_slot_drop(0, slot);
    }
    CHECK(pairs[0].free_count == SEND_SLOTS && !description.queue[0].device_errors);
}

/* A packet that is longer than any may be, or has an empty part, does not take the next one with it; one that may be comes as a whole. */
static void a_long_packet(void)
{
    struct nic_received r = {0};

    start();
    memset(card_seen, 0, sizeof card_seen);
    for (uint32_t count = 2; count < RECEIVE_BUFFERS; count++) {
        uint64_t errors = description.queue[0].device_errors;

        for (uint32_t i = 0; i < count; i++) {
            int id = card_take(0);

            CHECK(id >= 0);
            card_packet((uint32_t)id, BUFFER_BYTES, (uint16_t)(i ? chance() : count));
            card_give(0, (uint32_t)id, BUFFER_BYTES);
        }
        int id = card_take(0);

        card_packet((uint32_t)id, 100, 1);
        card_give(0, (uint32_t)id, 100);
        bool fits = count <= EXO_NET_MERGED_MAX;

        if (fits) {
            CHECK(nic_next(0, &r) && in_buffers(&r) && r.pieces == count - 1);
            nic_recycle_more(0, &r);
            nic_recycle(0);
        }
        CHECK(nic_next(0, &r) && r.length == 88 && !r.more && r.packet[0] == (uint8_t)id);
        nic_recycle(0);
        CHECK(!nic_next(0, &r) && description.queue[0].device_errors == errors + !fits);
    }
}

/* --- Several pairs of queues ------------------------------------------------------------------------------------------ */

static struct {
    uint64_t rings;    /* frame of the control queue's */
    uint8_t answer;    /* to the command */
    uint8_t asked[4];  /* which was this */
    _Atomic bool stop; /* the card */
} control;

/* The card answers a command as soon as there is one. */
static void *answer_commands(void *unused)
{
    while (!control.stop) {
        struct descriptor *desc = (struct descriptor *)(fake_memory + (control.rings + 1) * 4096);
        struct avail *avail = (struct avail *)(fake_memory + control.rings * 4096);
        struct used *used = (struct used *)((uint8_t *)avail + 1024);

        if (__atomic_load_n(&avail->index, __ATOMIC_ACQUIRE) == used->index)
            continue;
        memcpy(control.asked, fake_memory + desc[0].address, sizeof control.asked);
        fake_memory[desc[1].address] = control.answer;
        __atomic_store_n(&used->index, 1, __ATOMIC_RELEASE);
    }
    return unused;
}

#define PAIR_FRAMES (4 + RECEIVE_BUFFERS / 2 + SEND_SLOTS / 2)

/* How many pairs are in use with a card that offers `most`; tried again while it has no time to answer. */
static uint32_t pairs_of(uint16_t most, uint32_t cpus, bool answers, uint8_t answer)
{
    uint32_t count = most < cpus ? most : cpus;
    uint32_t tries = 0;
    pthread_t thread;

    *(uint16_t *)(device_registers + 8) = most;
    cpu_count = cpus;
    do {
        control.rings = 1 + count * PAIR_FRAMES;
        control.answer = answer;
        control.stop = false;
        memset(control.asked, 0, sizeof control.asked);
        clear();
        if (answers)
            CHECK(!pthread_create(&thread, NULL, answer_commands, NULL));
        go();
        control.stop = true;
        if (answers)
            CHECK(!pthread_join(thread, NULL));
    } while (answers && (!control.asked[0] || description.queues != (answer ? 1 : count)) &&
             ++tries < 1000);
    cpu_count = 1;
    return description.queues;
}

static void several_pairs(void)
{
    CHECK(pairs_of(1, 4, false, 0) == 1 && pairs_of(4, 1, false, 0) == 1);
    CHECK(pairs_of(3, 4, true, 0) == 3 && control.asked[0] == 4 && control.asked[2] == 3);
    for (uint32_t n = 0; n < 3; n++) /* what a pair gets, it alone gets */
        CHECK(pairs[n].receive.number == 2 * n && pairs[n].send.number == 2 * n + 1 &&
              pairs[n].free_count == SEND_SLOTS && pairs[n].receive.posted == RECEIVE_BUFFERS);
    for (uint32_t n = 0; n < 3; n++) {
        struct queue *q = &pairs[n].receive;
        struct nic_received r = {0};

        memset(fake_memory + q->desc[5].address, 0, 12);
        q->used->ring[0].id = 5;
        q->used->ring[0].length = 12 + 60 + n;
        q->used->index = 1;
        for (uint32_t other = 0; other < 3; other++)
            CHECK(nic_waits(other) == (other == n));
        CHECK(nic_next(n, &r) && r.length == 60 + n && r.packet == pairs[n].buffer[5] + 14);
        nic_recycle(n);
    }
    struct nic_slot *slot = nic_slot_take(1);
    struct nic_received r;

    slot->copied = 60;
    nic_send(1, slot);
    CHECK(!nic_sent(1) && ((struct common *)common_registers)->status);
    pairs[2].receive.used->index =
        200; /* a lie in one pair ends the card: what it was to send comes back, once */
    CHECK(!nic_next(2, &r) && dead && description.queue[2].device_errors == 1);
    CHECK(!((struct common *)common_registers)->status);
    CHECK(nic_sent(1) == slot && !nic_sent(1) && !nic_sent(2));
    CHECK(!nic_waits(0) && !nic_next(0, &r) && !nic_listen(0, true));
    CHECK(pairs_of(2, 2, true, 1) == 1);  /* it says no */
    CHECK(pairs_of(2, 2, false, 0) == 1); /* it says nothing */
    entries = 1;
    CHECK(pairs_of(2, 2, false, 0) == 1); /* it has no second interrupt */
    entries = 64;
    CHECK(pairs_of(0, 2, false, 0) == 1); /* it has not even one pair */
}

/* Anything in the memory that the card may write, and sometimes something right. */
static void lie(void)
{
    uint32_t n = (uint32_t)(chance() % 2);
    volatile struct used *used = of_number(n)->used;

    switch (chance() % 8) {
    case 0:
        used->index = (uint16_t)(used->index + chance() % 400);
        break;
    case 1:
        card_give(n, (uint32_t)chance(), (uint32_t)chance());
        break;
    case 2:
        card_give(n, (uint32_t)(chance() % QUEUE_MAX), (uint32_t)(chance() % 5000));
        break;
    case 3:
        used->flags = (uint16_t)chance();
        break;
    case 4: { /* a packet whose header says how many buffers */
        int id = card_take(0);

        if (id < 0)
            break;
        card_packet((uint32_t)id, 2000, (uint16_t)(chance() % 3 ? chance() % 20 : chance()));
        card_give(0, (uint32_t)id, (uint32_t)(chance() % 2 ? 2000 : chance() % 4000));
        break;
    }
    default: {
        int id = card_take(n);

        if (id < 0)
            break;
        if (!n)
            card_packet((uint32_t)id, 100, 1);
        card_give(n, (uint32_t)id, 100);
    }
    }
}

static void a_lying_card(void)
{
    uint64_t errors = 0;

    for (int round = 0; round < 3000; round++) {
        bool out[SEND_SLOTS] = {false};

        start();
        memset(card_seen, 0, sizeof card_seen);
        for (int i = 0; i < 60; i++) {
            struct nic_received r = {0};
            struct nic_slot *slot = chance() % 2 ? nic_slot_take(0) : NULL;

            if (slot) {
                slot->copied = 60;
                out[slot - pairs[0].slots] = true;
                nic_send(0, slot);
                packets_out++;
            }
            lie();
            for (int k = 0; k < 300 && nic_next(0, &r); k++) {
                CHECK(in_buffers(&r) && r.length && r.length <= EXO_NET_BUFFER_BYTES);
                packets_in++;
                nic_recycle_more(0, &r);
                nic_recycle(0);
            }
            while ((slot = nic_sent(0))) {
                CHECK(slot >= pairs[0].slots && slot < pairs[0].slots + SEND_SLOTS &&
                      out[slot - pairs[0].slots]);
                out[slot - pairs[0].slots] = false;
                slots_back++;
                nic_slot_drop(0, slot);
            }
            (void)nic_listen(0, chance() % 2);
            CHECK(pairs[0].free_count <= SEND_SLOTS);
        }
        errors += description.queue[0].device_errors;
    }
    printf("# %lu packets in, %lu out, %lu slots back, %lu lies found\n", (unsigned long)packets_in,
           (unsigned long)packets_out, (unsigned long)slots_back, (unsigned long)errors);
    CHECK(errors > 1000 && packets_in > 1000);
}

int main(void)
{
    TEST(an_honest_card);
    TEST(a_long_packet);
    TEST(several_pairs);
    TEST(a_lying_card);
    return TAP_END();
}
