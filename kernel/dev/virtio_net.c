/* SPDX-License-Identifier: MIT */
/*
 * virtio_net.c - a network card behind modern virtio over PCI: pairs of split queues, one interrupt a pair.
 *
 * The card is not trusted: a descriptor index that it returns must be one that it has, a length at most what it was
 * given, a ring index at most as far as what it has. A card that lies about what it has is counted and reset for good (dead): what
 * it was to send comes back unsent, and nothing arrives any more.
 * A receive buffer is half a frame; the packet's IP header is aligned to 4. Each send slot has descriptors of
 * its own, DESCRIPTORS_A_SLOT in a row, so that nothing has to be allocated.
 * Pairs have nothing in common but the card's registers, each its own doorbells, so that CPUs use them at once.
 * Not here: who gets a packet, and who may send one (kernel/net).
 * Source: Virtual I/O Device (VIRTIO) 1.2, "Split Virtqueues", "Virtio Over PCI Bus", "Network Device".
 */
#include "dev/nic.h"
#include "base/string.h"
#include "core/frame.h"
#include "core/klog.h"
#include "core/lock.h"
#include "dev/pci.h"

#define VENDOR_VIRTIO     0x1af4
#define DEVICE_NET        0x1041
#define DEVICE_NET_OLD    0x1000 /* transitional: speaks both */
#define CAPABILITY_VENDOR 0x09
#define CAPABILITIES_MAX  48 /* the list may be a circle */
#define CFG_COMMON        1
#define CFG_NOTIFY        2
#define CFG_DEVICE        4

#define STATUS_ACKNOWLEDGE 1
#define STATUS_DRIVER      2
#define STATUS_DRIVER_OK   4
#define STATUS_FEATURES_OK 8
#define ANSWER_POLLS       1000000 /* of a register */

#define F_CSUM       (1ull << 0)
#define F_GUEST_CSUM (1ull << 1)
#define F_MTU        (1ull << 3)
#define F_MAC        (1ull << 5)
#define F_GUEST_TSO4 (1ull << 7)
#define F_GUEST_TSO6 (1ull << 8)
#define F_HOST_TSO4  (1ull << 11)
#define F_HOST_TSO6  (1ull << 12)
#define F_MRG_RXBUF  (1ull << 15)
#define F_CTRL_VQ    (1ull << 17)
#define F_MQ         (1ull << 22)
#define F_VERSION_1  (1ull << 32)
#define F_WANTED                                                                                   \
    (F_CSUM | F_GUEST_CSUM | F_MTU | F_MAC | F_GUEST_TSO4 | F_GUEST_TSO6 | F_HOST_TSO4 |           \
     F_HOST_TSO6 | F_MRG_RXBUF | F_CTRL_VQ | F_MQ | F_VERSION_1)

#define QUEUE_MAX          256
#define RECEIVE_BUFFERS    128
#define SEND_SLOTS         64
#define DESCRIPTORS_A_SLOT 4
#define SLOT_BYTES         2048
#define BUFFER_START       2 /* virtio header there, packet at 14, IP header at 28 */
#define BUFFER_BYTES       (EXO_NET_BUFFER_BYTES - BUFFER_START)
#define NO_VECTOR          0xffff
#define DESC_NEXT          1
#define DESC_WRITE         2
#define AVAIL_QUIET        1
#define USED_QUIET         1
#define NOBODY             2

struct common {
    uint32_t device_select, device_features, driver_select, driver_features;
    uint16_t config_vector, queues;
    uint8_t status, generation;
    uint16_t queue_select, queue_size, queue_vector, queue_enable, queue_notify;
    uint64_t queue_desc, queue_driver, queue_device;
};
_Static_assert(sizeof(struct common) == 56, "registers");

struct net_header {
    uint8_t flags, segment_kind;
    uint16_t header_bytes, segment, checksum_start, checksum_offset, buffers;
};
#define HEADER_CHECKSUM_NEEDED 1
#define HEADER_CHECKSUM_VALID  2
#define SEGMENT_TCP4           1
#define SEGMENT_TCP6           4

/* A command for the card: class, command (0), pairs to use (16 bits); its answer behind that. */
#define CONTROL_MQ    4
#define CONTROL_BYTES 4
#define CONTROL_OK    0

struct descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags, next;
};

struct avail {
    uint16_t flags, index, ring[QUEUE_MAX];
};

struct used {
    uint16_t flags, index;
    struct {
        uint32_t id, length;
    } ring[QUEUE_MAX];
};

struct queue {
    struct descriptor *desc;
    volatile struct avail *avail;
    volatile struct used *used;
    volatile uint16_t *notify;
    uint16_t number;
    uint16_t next_used, posted; /* mod 2^16 */
    bool busy[QUEUE_MAX];       /* heads that the card has */
};

static volatile struct common *common;
static volatile uint8_t *notify, *config;
static uint32_t notify_bytes, notify_multiplier;
static struct exo_net_card *card;
static uint8_t verified_flags; /* of a header: the checksum is right */
static struct pair {
    struct queue receive, send;
    uint8_t *buffer[RECEIVE_BUFFERS];
    struct nic_slot slots[SEND_SLOTS];
    struct nic_slot *free_slots[SEND_SLOTS];
    uint32_t free_count;
    uint16_t more[EXO_NET_MERGED_MAX - 1]; /* of its further ones */
    uint16_t taken;                        /* buffer of the packet that is out */
    uint32_t listening;                    /* what nic_listen was told, or NOBODY */
} pairs[EXO_NET_QUEUES_MAX];
static volatile bool dead; /* the card has lied about what it has, and is off; all pairs look */

static uint64_t physical(const void *window)
{
    return (uint64_t)window - (uint64_t)frame_window(0);
}

static uint8_t *boot_page(void)
{
    return frame_window(frame_boot_alloc(EXO_FRAME_KERNEL));
}

/* --- Finding and starting it -------------------------------------------------------------------------- */

static bool find_registers(uint32_t row)
{
    uint32_t at = 0;

    for (int i = 0; i < CAPABILITIES_MAX; i++) {
        at = pci_capability(row, CAPABILITY_VENDOR, at);
        if (!at)
            break;

        uint32_t kind = pci_read(row, at) >> 24;
        uint32_t bar = pci_read(row, at + 4) & 0xff;
        uint32_t offset = pci_read(row, at + 8);
        uint32_t bytes = pci_read(row, at + 12);

        if (kind == CFG_COMMON && !common && bytes >= sizeof *common) {
            common = pci_map(row, bar, offset, sizeof *common);
        } else if (kind == CFG_NOTIFY && !notify) {
            notify_bytes = bytes < 16 * EXO_PAGE_SIZE ? bytes : 16 * EXO_PAGE_SIZE;
            notify_multiplier = pci_read(row, at + 16);
            notify = pci_map(row, bar, offset, notify_bytes);
        } else if (kind == CFG_DEVICE && !config && bytes >= 12) {
            config = pci_map(row, bar, offset, 12);
        }
    }
    return common && notify && config;
}

static uint64_t features(void)
{
    common->device_select = 0;
    uint64_t low = common->device_features;

    common->device_select = 1;
    return low | (uint64_t)common->device_features << 32;
}

static bool negotiate(uint64_t *got)
{
    common->status = 0;
    for (uint32_t i = 0; common->status; i++)
        if (i == ANSWER_POLLS)
            return false;
    common->status = STATUS_ACKNOWLEDGE;
    common->status = STATUS_ACKNOWLEDGE | STATUS_DRIVER;
    *got = features() & F_WANTED;
    if (!(*got & F_CSUM))
        *got &= ~(F_HOST_TSO4 | F_HOST_TSO6);
    if (!(*got & F_MRG_RXBUF) || !(*got & F_GUEST_CSUM))
        *got &= ~(F_GUEST_TSO4 | F_GUEST_TSO6);
    if (!(*got & F_CTRL_VQ) || !(*got & F_MQ) || cpu_count == 1)
        *got &= ~(F_CTRL_VQ | F_MQ);
    common->driver_select = 0;
    common->driver_features = (uint32_t)*got;
    common->driver_select = 1;
    common->driver_features = (uint32_t)(*got >> 32);
    common->status = STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK;
    common->config_vector = NO_VECTOR;
    return *got & F_VERSION_1 && *got & F_MAC && common->status & STATUS_FEATURES_OK;
}

static bool queue_start(struct queue *q, uint32_t number, uint16_t size, uint16_t vector)
{
    common->queue_select = (uint16_t)number;
    if (common->queue_size < size)
        return false;
    uint64_t where = (uint64_t)common->queue_notify * notify_multiplier;
    uint8_t *rings = boot_page();

    if (where + 2 > notify_bytes)
        return false;
    q->desc = (struct descriptor *)boot_page();
    q->avail = (volatile struct avail *)rings;
    q->used = (volatile struct used *)(rings + 1024);
    q->notify = (volatile uint16_t *)(notify + where);
    q->number = (uint16_t)number;
    common->queue_size = size;
    common->queue_vector = vector;
    common->queue_desc = physical(q->desc);
    common->queue_driver = physical(rings);
    common->queue_device = physical(rings + 1024);
    common->queue_enable = 1;
    return common->queue_vector == vector;
}
_Static_assert(sizeof(struct avail) <= 1024 && sizeof(struct used) <= EXO_PAGE_SIZE - 1024,
               "the rings of a queue share a frame");

static void post(struct queue *q, uint16_t head)
{
    q->busy[head] = true;
    q->avail->ring[q->posted % QUEUE_MAX] = head;
    q->posted++;
    /* Descriptors and entry before the index: the card may look at once. */
    __atomic_store_n(&q->avail->index, q->posted, __ATOMIC_RELEASE);
}

static void tell(const struct queue *q)
{
    /* The index before the flags: the card does it the other way round. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!(q->used->flags & USED_QUIET))
        *q->notify = q->number;
}

static void make_buffers(struct pair *p)
{
    struct queue *q = &p->receive;

    for (uint16_t i = 0; i < RECEIVE_BUFFERS; i += 2) {
        p->buffer[i] = boot_page();
        p->buffer[i + 1] = p->buffer[i] + EXO_NET_BUFFER_BYTES;
    }
    for (uint16_t i = 0; i < RECEIVE_BUFFERS; i++) {
        q->desc[i] = (struct descriptor){.address = physical(p->buffer[i] + BUFFER_START),
                                         .length = BUFFER_BYTES,
                                         .flags = DESC_WRITE};
        post(q, i);
    }
    for (uint32_t i = 0; i < SEND_SLOTS; i++) {
        uint8_t *page = i % (EXO_PAGE_SIZE / SLOT_BYTES)
                            ? p->slots[i - 1].bytes - sizeof(struct net_header) + SLOT_BYTES
                            : boot_page();

        p->slots[i].bytes = page + sizeof(struct net_header);
        p->slots[i].head = (uint16_t)(i * DESCRIPTORS_A_SLOT);
        p->send.desc[i * DESCRIPTORS_A_SLOT].address = physical(page);
        p->free_slots[p->free_count++] = &p->slots[SEND_SLOTS - 1 - i];
    }
    p->listening = NOBODY;
}
_Static_assert(sizeof(struct net_header) + NIC_COPY_MAX <= SLOT_BYTES,
               "a slot holds header and copy");
_Static_assert(SEND_SLOTS *DESCRIPTORS_A_SLOT == QUEUE_MAX && NIC_PIECES_MAX < DESCRIPTORS_A_SLOT,
               "each slot has its descriptors");

/* Pair n's queues, which interrupt CPU n. */
static bool pair_start(uint32_t row, uint32_t n, void (*interrupt)(void))
{
    struct pair *p = &pairs[n];

    if (!pci_handler(row, n, n, interrupt) ||
        !queue_start(&p->receive, 2 * n, QUEUE_MAX, (uint16_t)n) ||
        !queue_start(&p->send, 2 * n + 1, QUEUE_MAX, (uint16_t)n))
        return false;
    make_buffers(p);
    return true;
}

/* Has the card use so many pairs. False: it does not answer, or not with yes. */
static bool pairs_set(struct queue *q, uint32_t count)
{
    volatile uint8_t *command = boot_page();

    command[0] = CONTROL_MQ;
    command[2] = (uint8_t)count;
    command[CONTROL_BYTES] = !CONTROL_OK;
    q->desc[0] = (struct descriptor){physical((void *)command), CONTROL_BYTES, DESC_NEXT, 1};
    q->desc[1] = (struct descriptor){q->desc[0].address + CONTROL_BYTES, 1, DESC_WRITE, 0};
    post(q, 0);
    tell(q);
    for (uint32_t i = 0; q->used->index != q->posted && i < ANSWER_POLLS; i++)
        (void)common->status; /* gives the card time */
    return command[CONTROL_BYTES] == CONTROL_OK;
}

bool nic_start(struct exo_net_card *out, void (*interrupt)(void), void (*others)(void))
{
    struct queue control = {0};
    uint32_t row = pci_find(VENDOR_VIRTIO, DEVICE_NET);
    uint64_t got = 0;
    uint32_t count = 1, most;

    if (row == EXO_DEVICE_MAX)
        row = pci_find(VENDOR_VIRTIO, DEVICE_NET_OLD);
    if (row == EXO_DEVICE_MAX)
        return false;
    pci_own(row);
    if (!find_registers(row) || !negotiate(&got) || !pair_start(row, 0, interrupt)) {
        klog("virtio_net: the card in row %u is unusable: use disable-legacy=on", row);
        if (common)
            common->status = 0;
        return false;
    }
    most = got & F_MQ ? *(volatile const uint16_t *)(config + 8) : 1;
    while (count < most && count < cpu_count && count < EXO_NET_QUEUES_MAX &&
           pair_start(row, count, others))
        count++;
    if (count > 1 && !queue_start(&control, 2 * most, 2, NO_VECTOR))
        count = 1;
    card = out;
    for (uint32_t i = 0; i < 6; i++)
        card->mac[i] = config[i];
    card->mtu = got & F_MTU ? *(volatile const uint16_t *)(config + 10) : 1500;
    if (card->mtu > 1500 || card->mtu < 576)
        card->mtu = 1500; /* receive buffers hold no more */
    card->features = EXO_NET_CARD_PRESENT | (got & F_CSUM ? EXO_NET_CARD_CHECKSUM : 0) |
                     (got & F_GUEST_CSUM ? EXO_NET_CARD_VERIFIES : 0) |
                     (got & F_HOST_TSO4 ? EXO_NET_CARD_SEGMENT4 : 0) |
                     (got & F_HOST_TSO6 ? EXO_NET_CARD_SEGMENT6 : 0) |
                     (got & (F_GUEST_TSO4 | F_GUEST_TSO6) ? EXO_NET_CARD_MERGES : 0);
    if (got & F_GUEST_CSUM)
        verified_flags = HEADER_CHECKSUM_NEEDED | HEADER_CHECKSUM_VALID;
    common->status = STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK;
    for (uint32_t n = 0; n < count; n++)
        tell(&pairs[n].receive);
    if (count > 1 && !pairs_set(&control, count)) {
        klog("virtio_net: the card does not say that it uses %u pairs of queues", count);
        count = 1;
    }
    card->queues = count;
    return true;
}

/* --- What the card gives back ----------------------------------------------------------------------------- */

/* The next head that the card is done with, and how much it wrote; false: none. */
static inline bool done(struct queue *q, uint16_t *head, uint32_t *length)
{
    uint16_t index = __atomic_load_n(&q->used->index, __ATOMIC_ACQUIRE);

    if (index == q->next_used || dead)
        return false;
    uint32_t id = q->used->ring[q->next_used % QUEUE_MAX].id;

    *length = q->used->ring[q->next_used % QUEUE_MAX].length;
    if ((uint16_t)(index - q->next_used) > (uint16_t)(q->posted - q->next_used) ||
        id >= QUEUE_MAX || !q->busy[id]) {
        dead = true;
        common->status = 0; /* so that it reads no more of what it was to send */
        card->queue[q->number / 2].device_errors++;
        return false;
    }
    q->next_used++;
    q->busy[id] = false;
    *head = (uint16_t)id;
    return true;
}

/*
 * Further buffers of a packet. False: it is no good, and they went back. Those of a packet that is too long go
 * back all the same: what lies in them must not be taken for packets.
 */
__attribute__((noinline)) static bool gather(struct pair *p, uint32_t count,
                                             struct nic_received *received)
{
    uint32_t pieces = 0, bytes = 0, more = 0;
    uint16_t head = 0;
    bool good = count <= EXO_NET_MERGED_MAX;

    for (uint32_t i = 1; i < count && i < RECEIVE_BUFFERS; i++) {
        if (!done(&p->receive, &head, &bytes)) {
            good = false;
            break;
        }
        if (pieces == EXO_NET_MERGED_MAX - 1) {
            post(&p->receive, head);
            continue;
        }
        p->more[pieces] = head;
        received->piece[pieces].bytes = p->buffer[head] + BUFFER_START;
        received->piece[pieces++].length = bytes;
        good = good && bytes && bytes <= BUFFER_BYTES;
        more += bytes;
    }
    received->pieces = pieces;
    received->more = more;
    if (!good)
        nic_recycle_more((uint32_t)(p - pairs), received);
    return good;
}

bool nic_next(uint32_t pair, struct nic_received *received)
{
    struct pair *p = &pairs[pair];
    uint32_t bytes = 0;

    while (done(&p->receive, &p->taken, &bytes)) {
        uint8_t *start = p->buffer[p->taken] + BUFFER_START;
        /* The card can still write there: each field is read once. */
        const volatile struct net_header *header = (const volatile struct net_header *)start;

        if (bytes > sizeof *header && bytes <= BUFFER_BYTES) {
            uint32_t count = header->buffers;

            received->packet = start + sizeof *header;
            received->length = bytes - (uint32_t)sizeof *header;
            received->verified = header->flags & verified_flags;
            if (__builtin_expect(count <= 1, 1) || gather(p, count, received))
                return true;
        }
        card->queue[pair].device_errors++;
        nic_recycle(pair);
    }
    return false;
}

void nic_recycle_more(uint32_t pair, struct nic_received *received)
{
    for (uint32_t i = 0; i < received->pieces; i++)
        post(&pairs[pair].receive, pairs[pair].more[i]);
    received->pieces = received->more = 0;
}

bool nic_waits(uint32_t pair)
{
    const struct queue *r = &pairs[pair].receive;

    return !dead && r->used->index != r->next_used;
}

void nic_recycle(uint32_t pair)
{
    struct pair *p = &pairs[pair];

    if (!dead)
        post(&p->receive, p->taken);
}

bool nic_listen(uint32_t pair, bool sent_too)
{
    struct pair *p = &pairs[pair];
    const struct queue *r = &p->receive;
    const struct queue *s = &p->send;

    tell(r); /* buffers were given back */
    if (p->listening == sent_too)
        return false; /* what comes interrupts already */
    p->listening = sent_too;
    r->avail->flags = 0;
    s->avail->flags = sent_too ? 0 : AVAIL_QUIET;
    /* The flags before the indexes: what comes later interrupts. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return !dead &&
           (r->used->index != r->next_used || (sent_too && s->used->index != s->next_used));
}

void nic_quiet(uint32_t pair)
{
    struct pair *p = &pairs[pair];

    tell(&p->receive);
    p->receive.avail->flags = AVAIL_QUIET;
    p->listening = NOBODY;
}

/* --- Sending ------------------------------------------------------------------------------------------------ */

struct nic_slot *nic_slot_take(uint32_t pair)
{
    struct pair *p = &pairs[pair];

    if (!p->free_count)
        return NULL;
    struct nic_slot *slot = p->free_slots[--p->free_count];

    slot->copied = slot->piece_count = 0;
    slot->checksum_start = slot->segment = 0;
    return slot;
}

bool nic_slots_free(uint32_t pair)
{
    return pairs[pair].free_count;
}

bool nic_slots_low(uint32_t pair)
{
    return pairs[pair].free_count < SEND_SLOTS / 2;
}

void nic_slot_drop(uint32_t pair, struct nic_slot *slot)
{
    struct pair *p = &pairs[pair];

    p->free_slots[p->free_count++] = slot;
}

void nic_send(uint32_t pair, struct nic_slot *slot)
{
    struct queue *q = &pairs[pair].send;
    uint16_t head = slot->head;
    struct descriptor *d = &q->desc[head];

    struct net_header *header = (struct net_header *)(slot->bytes - sizeof *header);

    *header = (struct net_header){0};
    if (slot->checksum_start) {
        header->flags = HEADER_CHECKSUM_NEEDED;
        header->checksum_start = slot->checksum_start;
        header->checksum_offset = slot->checksum_offset;
    }
    if (slot->segment) {
        header->segment_kind = slot->ipv6 ? SEGMENT_TCP6 : SEGMENT_TCP4;
        header->segment = slot->segment;
        header->header_bytes = slot->header_bytes;
    }
    d[0].length = slot->copied + (uint32_t)sizeof(struct net_header);
    d[0].flags = 0; /* its address is always the slot's */
    for (uint32_t i = 0; i < slot->piece_count; i++) {
        d[i].flags = DESC_NEXT;
        d[i].next = (uint16_t)(head + i + 1);
        d[i + 1] =
            (struct descriptor){.address = slot->piece[i].address, .length = slot->piece[i].length};
    }
    post(q, head);
}

void nic_flush(uint32_t pair)
{
    tell(&pairs[pair].send);
}

struct nic_slot *nic_sent(uint32_t pair)
{
    struct pair *p = &pairs[pair];
    uint16_t head = 0;
    uint32_t bytes = 0;

    if (done(&p->send, &head, &bytes))
        return &p->slots[head / DESCRIPTORS_A_SLOT];
    if (!dead || common->status)
        return NULL;
    /* What a card that is off was to send comes back unsent: it is lent to it by somebody who may want to end. */
    while (head < QUEUE_MAX && !p->send.busy[head])
        head += DESCRIPTORS_A_SLOT;
    if (head == QUEUE_MAX)
        return NULL;
    p->send.busy[head] = false;
    return &p->slots[head / DESCRIPTORS_A_SLOT];
}
