/* SPDX-License-Identifier: MIT */
/*
 * ring.c - packet rings between the kernel and a LibOS.
 *
 * Invariants (under net_lock, shared or not):
 *   1. A ring pins its shared frames and its buffer frames from ring_make until nobody, the card included, uses them.
 *   2. Nothing in the shared frames is trusted: counters and descriptors are read once, bounded, then used.
 *   3. What the card sends begins with bytes that the kernel has copied and checked; only what lies behind the headers
 *      is read from the LibOS's frames, so that it cannot change an address after the check.
 *   4. A ring that has ended is not looked at through a filter any more: its serial number never comes again.
 * States of a ring's row: FREE -ring_make-> RING -ring_end-> stopped, -in_flight 0, ring_finish-> FREE: only who holds net_lock alone
 * makes or frees one. What a ring sends goes by one pair of queues, so its order is kept and its sending side is under that gate; what it
 * receives may come by several at once: then its receiving side has a lock (EXO_NET_RING_SHARED).
 * A packet is sent by permission of a filter: the key of its answer must lie in the filter's set.
 */
#include "net/ring.h"
#include "base/string.h"
#include "core/frame.h"
#include "core/klog.h"
#include "dev/nic.h"

#define HEADERS_MAX     192 /* copied and checked of every packet */
#define COPY_WHOLE      496 /* packets up to that are copied as a whole */
#define WORK_PACKET     300 /* work: one sent, and as much again if it is of no known flow */
#define WORK_SENT       50
#define SHIFT_BUFFER    11
#define BUFFERS_A_FRAME (EXO_PAGE_SIZE / EXO_NET_BUFFER_BYTES)
#define ETHERNET_BYTES  14
#define TYPE_ARP        0x0608 /* as on the wire */
#define SEGMENT_MIN     64
#define CAPTURE_BYTES   (EXO_NET_BUFFER_BYTES - EXO_NET_HEADROOM)

_Static_assert(NIC_COPY_MAX >= 1500 + ETHERNET_BYTES + 4 && COPY_WHOLE <= NIC_COPY_MAX, "slots");

static struct exo_net_card *card;
static uint32_t rings[EXO_NET_RINGS_MAX]; /* row names; 0: free */
static uint64_t serial;
static uint32_t capture; /* row name; 0: none */

void ring_start(struct exo_net_card *of)
{
    card = of;
}

static struct exo_net_ring *shared_of(const struct exo_net_row *row)
{
    return frame_window(row->ring.shared_frame);
}

/* --- Life ------------------------------------------------------------------------------------------------ */

static uint32_t free_number(void)
{
    uint32_t number = 0;

    while (number < EXO_NET_RINGS_MAX && rings[number])
        number++;
    return number;
}

bool ring_room(uint32_t flags, const struct cap *cap)
{
    struct path domain = {.part = {cap->path.part[0]}, .depth = 1};
    uint32_t held = 0;

    if (free_number() == EXO_NET_RINGS_MAX || (flags & EXO_NET_CAPTURE && capture))
        return false;
    for (uint32_t i = 0; i < EXO_NET_RINGS_MAX; i++) {
        struct path guard = rings[i] ? net_row_guard(net_row(rings[i])) : (struct path){.depth = 0};

        held += path_dominates(&domain, &guard);
    }
    return held < EXO_NET_RINGS_OWN || cap->rights & EXO_RIGHT_NETWORK;
}

void ring_make(struct exo_net_row *row, const struct exo_net_ring_config *config,
               const struct net_queue *queue)
{
    uint32_t number = free_number();

    row->kind = EXO_NET_RING;
    row->flags = (uint16_t)config->flags;
    row->ring.serial = ++serial * EXO_NET_QUEUES_MAX + net_queue_number(queue); /* kick_other */
    row->ring.env = config->env;
    row->ring.shared_frame = config->shared_frame;
    row->ring.buffer_frame = config->buffer_frame;
    row->ring.buffer_count = config->buffer_count;
    row->ring.event = config->event;
    row->ring.number = number;
    row->ring.queue = net_queue_number(queue);
    row->ring.state = card->queues > 1 ? EXO_NET_RING_SHARED : 0;
    rings[number] = net_row_name(row);
    if (config->flags & EXO_NET_CAPTURE)
        capture = net_row_name(row);
    memset(shared_of(row), 0, sizeof(struct exo_net_ring));
}

/* Nobody is to be told of it, nothing of it waits. */
static void forget(const struct exo_net_row *row)
{
    for (uint32_t i = 0; i < EXO_NET_QUEUES_MAX; i++) {
        net_queue[i].wakes &= ~(1ull << row->ring.number);
        net_queue[i].stalled &= ~(1ull << row->ring.number);
        net_queue[i].more_events[row->ring.number] = 0;
    }
}

/* The card reads nothing of it any more: its frames go back, the row is free. REQUIRES(memory_lock). */
static void finish(struct exo_net_row *row)
{
    for (uint32_t i = 0; i < EXO_NET_SHARED_FRAMES; i++) {
        frame_table[row->ring.shared_frame + i].references--;
        frame_table[row->ring.shared_frame + i].kind = EXO_FRAME_DATA;
        arch_window_close(row->ring.shared_frame + i);
    }
    for (uint32_t i = 0; i < row->ring.buffer_count; i++)
        frame_table[row->ring.buffer_frame + i].references--;
    forget(row);
    rings[row->ring.number] = 0;
    memset(row, 0, sizeof *row);
}

void ring_finish(void)
{
    for (uint32_t i = 0; i < EXO_NET_RINGS_MAX; i++) {
        struct exo_net_row *row = ring_numbered(i);

        if (row && row->ring.state & EXO_NET_RING_STOPPED && !row->ring.in_flight) {
            finish(row);
            return;
        }
    }
}

bool ring_end(struct exo_net_row *row)
{
    forget(row);
    row->ring.state |= EXO_NET_RING_STOPPED;
    row->ring.env = 0;
    if (capture == net_row_name(row))
        capture = 0;
    if (!row->ring.in_flight)
        finish(row);
    return row->kind == EXO_NET_FREE;
}

bool ring_end_of_env(uint64_t env)
{
    for (uint32_t i = 0; i < EXO_NET_RINGS_MAX; i++) {
        struct exo_net_row *row = ring_numbered(i);

        if (!row || row->ring.env != env)
            continue;
        (void)ring_end(row);
        return true;
    }
    return false;
}

struct exo_net_row *ring_named(uint32_t name, uint64_t number)
{
    uint64_t frame = name >> EXO_NET_ROW_BITS;

    /* That it is a frame was looked at when it was bound. */
    if (!name || frame_table[frame].kind != EXO_FRAME_NET)
        return NULL;
    struct exo_net_row *row = net_row(name);

    return row->kind == EXO_NET_RING && row->ring.serial == number ? row : NULL;
}

struct exo_net_row *ring_numbered(uint32_t number)
{
    return rings[number] ? net_row(rings[number]) : NULL;
}

uint32_t ring_notices(struct net_queue *queue, struct ring_notice *notice,
                      const struct exo_net_row *caller)
{
    uint32_t count = 0;

    for (; queue->wakes; queue->wakes &= queue->wakes - 1) {
        uint32_t number = (uint32_t)__builtin_ctzll(queue->wakes);
        const struct exo_net_row *row = net_row(rings[number]); /* ring_end clears its bit */

        if (row == caller && !queue->more_events[number])
            continue;
        notice[count++] = (struct ring_notice){row->ring.env, 1ull << row->ring.event |
                                                                  queue->more_events[number]};
        queue->more_events[number] = 0;
    }
    return count;
}

/* Copies a packet or its beginning, no byte more. */
static inline void copy(uint8_t *to, const uint8_t *from, uint64_t bytes)
{
    if (bytes >= 8)
        memcpy(to + bytes - 8, from + bytes - 8, 8); /* what is left of a word overlaps */
    else
        memcpy(to, from, bytes);
    bytes /= 8;
    __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

/* --- Receiving -------------------------------------------------------------------------------------------- */

/* Of a ring that has ended, or gets packets by several queues: true: it lives, and this is the only one now. */
__attribute__((noinline)) static bool ring_lock(struct exo_net_row *row)
{
    if (row->ring.state & EXO_NET_RING_STOPPED)
        return false;
    lock_enter((_Atomic uint32_t *)&row->ring.lock);
    return true;
}

/* A buffer of the ring gets bytes. */
static inline void fill(const struct exo_net_row *row, uint32_t buffer, const uint8_t *bytes,
                        uint32_t length)
{
    uint8_t *page = arch_map_frame(0, row->ring.buffer_frame + buffer / BUFFERS_A_FRAME);

    copy(page + (buffer % BUFFERS_A_FRAME << SHIFT_BUFFER) + EXO_NET_HEADROOM, bytes, length);
    arch_unmap_frame(0);
}

/* A packet is in so many entries, and in their buffers. */
static inline void filled(struct net_queue *queue, struct exo_net_row *row,
                          struct exo_net_ring *shared, uint32_t count, uint32_t bytes)
{
    row->ring.receive_filled += count;
    row->packets++;
    row->bytes += bytes;
    /* Bytes and entries before the counter. */
    __atomic_store_n(&shared->receive_filled, row->ring.receive_filled, __ATOMIC_RELEASE);
    if (!*(volatile uint32_t *)&shared->quiet)
        queue->wakes |= 1ull << row->ring.number;
}

inline bool ring_deliver(struct net_queue *queue, struct exo_net_row *row,
                         const struct net_packet *packet, uint32_t filter, uint32_t flags)
{
    if (__builtin_expect(row->ring.state, 0) && !ring_lock(row))
        return false;
    struct exo_net_ring *shared = shared_of(row);
    /* Pairs with the LibOS's store: the entry is there when the counter says so. */
    uint32_t posted = __atomic_load_n(&shared->receive_posted, __ATOMIC_ACQUIRE);
    uint32_t at = ring_next(posted, row->ring.receive_filled, EXO_NET_RECEIVE_MAX);
    struct exo_net_received *entry = &shared->receive[at % EXO_NET_RECEIVE_MAX];
    uint32_t buffer = *(volatile uint16_t *)&entry->buffer;
    uint32_t have = packet->have;

    bool good = at != EXO_NET_RECEIVE_MAX && buffer < row->ring.buffer_count * BUFFERS_A_FRAME;

    if (good) {
        fill(row, buffer, packet->bytes, have);
        entry->length = (uint16_t)have;
        entry->flags = (uint16_t)flags;
        entry->network = (uint8_t)packet->layout.network;
        entry->transport =
            packet->layout.transport <= UINT8_MAX ? (uint8_t)packet->layout.transport : 0;
        entry->filter = filter;
        entry->time_us = (uint32_t)(arch_now_ns() / 1000);
        queue->work += WORK_PACKET / 2 + have / 8;
        filled(queue, row, shared, 1, have);
    } else {
        row->dropped++;
    }
    __atomic_store_n(&row->ring.lock, 0, __ATOMIC_RELEASE);
    return good;
}

__attribute__((noinline)) bool ring_deliver_merged(struct net_queue *queue, struct exo_net_row *row,
                                                   const struct net_packet *packet,
                                                   const struct nic_received *received,
                                                   uint32_t filter, uint32_t flags)
{
    struct exo_net_ring *shared = shared_of(row);
    struct exo_net_received entry = {.filter = filter, .time_us = (uint32_t)(arch_now_ns() / 1000)};
    uint16_t buffer[EXO_NET_MERGED_MAX];
    uint32_t count = 1 + received->pieces, at;

    if (row->ring.state && !ring_lock(row))
        return false;
    at = row->ring.receive_filled;
    /* As in ring_deliver: what is posted, then the entries; each is read once. */
    uint32_t posted = __atomic_load_n(&shared->receive_posted, __ATOMIC_ACQUIRE) - at;
    bool good = row->flags & EXO_NET_MERGED && posted >= count && posted <= EXO_NET_RECEIVE_MAX;

    for (uint32_t i = 0; i < count && good; i++) {
        buffer[i] = *(volatile uint16_t *)&shared->receive[(at + i) % EXO_NET_RECEIVE_MAX].buffer;
        good = buffer[i] < row->ring.buffer_count * BUFFERS_A_FRAME;
    }
    for (uint32_t i = 0; i < count && good; i++) {
        bool last = i == received->pieces;

        entry.buffer = buffer[i];
        entry.length = (uint16_t)(i ? received->piece[i - 1].length : packet->have);
        entry.flags = (uint16_t)(last ? flags : flags | EXO_NET_RECEIVED_MORE);
        entry.network = i ? 0 : (uint8_t)packet->layout.network;
        entry.transport =
            i || packet->layout.transport > UINT8_MAX ? 0 : (uint8_t)packet->layout.transport;
        fill(row, buffer[i], i ? received->piece[i - 1].bytes : packet->bytes, entry.length);
        shared->receive[(at + i) % EXO_NET_RECEIVE_MAX] = entry;
    }
    if (good) {
        queue->work += WORK_PACKET / 4 * count + packet->length / 8;
        filled(queue, row, shared, count, packet->length);
    } else {
        row->dropped++;
    }
    __atomic_store_n(&row->ring.lock, 0, __ATOMIC_RELEASE);
    return good;
}

void ring_capture(struct net_queue *queue, const struct net_packet *packet, uint32_t filter,
                  uint32_t flags)
{
    if (__builtin_expect(!capture, 1))
        return;
    struct net_packet cut = *packet;

    cut.have = cut.have < CAPTURE_BYTES ? cut.have : CAPTURE_BYTES;
    flags |= cut.have < cut.length ? EXO_NET_RECEIVED_CUT : 0;
    (void)ring_deliver(queue, net_row(capture), &cut, filter, flags);
}

/* --- Sending ---------------------------------------------------------------------------------------------- */

/* The descriptors of one packet, as copied. */
struct outgoing {
    struct exo_net_send piece[EXO_NET_SEND_PIECES];
    uint32_t count;
    uint32_t length;
};

/* From here on the copy is what counts. */
static inline void piece_read(const struct exo_net_send *from, struct exo_net_send *piece)
{
    uint64_t copy[2] = {((const volatile uint64_t *)from)[0], ((const volatile uint64_t *)from)[1]};

    memcpy(piece, copy, sizeof *piece);
}

/*
 * Copies the descriptors of the next packet, of which the first is read already. False: it is none. One whose end is not posted, or of more
 * pieces than are allowed, ends here all the same.
 */
static bool collect(const struct exo_net_row *row, uint32_t posted, struct outgoing *out)
{
    const struct exo_net_ring *shared = shared_of(row);
    uint32_t end = row->ring.buffer_count * EXO_PAGE_SIZE, at = row->ring.send_taken;
    bool more = true, good = true;

    for (out->count = out->length = 0; more && out->count < EXO_NET_SEND_PIECES && at != posted;
         at++) {
        struct exo_net_send *piece = &out->piece[out->count];

        if (out->count++)
            piece_read(&shared->send[at % EXO_NET_SEND_MAX], piece);
        out->length += piece->length;
        good &= piece->length && piece->offset <= end && piece->length <= end - piece->offset;
        more = piece->flags & EXO_NET_SEND_MORE;
    }
    return good && !more && out->length >= ETHERNET_BYTES &&
           out->length <= (out->piece[0].flags & EXO_NET_SEND_SEGMENT
                               ? EXO_NET_SEND_BYTES_MAX
                               : card->mtu + ETHERNET_BYTES + 4u);
}

/* Copies the first bytes of the packet into the slot and names the rest as pieces for the card. False: it is none. */
__attribute__((noinline)) static bool copy_pieces(const struct exo_net_row *row, uint32_t posted,
                                                  struct outgoing *out, struct nic_slot *slot)
{
    if (!collect(row, posted, out))
        return false;
    uint32_t copy = out->length <= COPY_WHOLE ? out->length : HEADERS_MAX;

    for (uint32_t i = 0; i < out->count; i++) {
        uint32_t offset = out->piece[i].offset;
        uint32_t left = out->piece[i].length;

        while (left && slot->copied < copy) {
            uint32_t in_page = offset % EXO_PAGE_SIZE;
            uint32_t bytes = EXO_PAGE_SIZE - in_page;

            bytes = bytes < left ? bytes : left;
            bytes = bytes < copy - slot->copied ? bytes : copy - slot->copied;
            const uint8_t *page =
                arch_map_frame(0, row->ring.buffer_frame + (offset >> EXO_PAGE_SHIFT));

            memcpy(slot->bytes + slot->copied, page + in_page, bytes);
            arch_unmap_frame(0);
            slot->copied += bytes;
            offset += bytes;
            left -= bytes;
        }
        if (!left)
            continue;
        slot->piece[slot->piece_count].address =
            (row->ring.buffer_frame << EXO_PAGE_SHIFT) + offset;
        slot->piece[slot->piece_count++].length = left;
    }
    return true;
}

/* What most packets are: one piece of one page, short enough to be copied as a whole. False: it is another. */
static inline bool copy_short(const struct exo_net_row *row, struct outgoing *out,
                              struct nic_slot *slot)
{
    const struct exo_net_send *piece = &out->piece[0];
    uint32_t start = piece->offset % EXO_PAGE_SIZE, length = piece->length;

    if (length - ETHERNET_BYTES > COPY_WHOLE - ETHERNET_BYTES || start + length > EXO_PAGE_SIZE ||
        piece->offset >= row->ring.buffer_count * EXO_PAGE_SIZE || piece->flags & EXO_NET_SEND_MORE)
        return false;
    const uint8_t *page =
        arch_map_frame(0, row->ring.buffer_frame + (piece->offset >> EXO_PAGE_SHIFT));

    copy(slot->bytes, page + start, length);
    arch_unmap_frame(0);
    slot->copied = out->length = length;
    out->count = 1;
    return true;
}

/* May the ring's owner (NULL: the filter's program) send by permission of this filter? NULL: no. */
static const struct exo_net_row *permission(const struct exo_net_row *row, uint32_t name)
{
    uint64_t frame = name >> EXO_NET_ROW_BITS;

    if (frame >= frame_count || frame_table[frame].kind != EXO_FRAME_NET)
        return NULL;
    const struct exo_net_row *filter = net_row(name);
    struct path mine = net_row_guard(row ? row : filter);
    struct path guard = net_row_guard(filter);

    if (filter->kind != EXO_NET_FILTER || filter->flags & EXO_NET_RECEIVE_ONLY)
        return NULL;
    return path_dominates(&mine, &guard) ? filter : NULL;
}

/* The same for a packet that is of no known flow; the sender of ARP becomes the card. */
__attribute__((noinline)) static bool answer_matches(const struct exo_net_row *filter,
                                                     struct net_packet *packet, uint8_t *bytes)
{
    union net_key key;

    net_key_read(&key, &packet->layout, bytes, packet->have, packet->length);
    if (!packet->layout.network)
        return false;
    if (key.field.ethertype == TYPE_ARP)
        memcpy(bytes + packet->layout.network + 8, card->mac, sizeof card->mac);
    net_key_turn(&key);
    memcpy(key.field.mac, card->mac, sizeof card->mac);
    key.field.flags &= EXO_NET_KEY_FRAGMENT;
    return filter_matches(filter, &key);
}

/* As may_send, for one that is not as the last. `flow`: NULL: it is of none. */
__attribute__((noinline)) static bool find_permission(struct net_queue *queue,
                                                      const struct exo_net_row *row, uint32_t name,
                                                      struct net_packet *packet, uint8_t *bytes,
                                                      struct net_flow *flow)
{
    const struct exo_net_row *filter = permission(row, name);

    queue->work += WORK_PACKET;
    if (!filter)
        return false;
    if (flow) {
        struct net_flow answer = *flow;

        net_flow_turn(&answer);
        if (filter_of_flow(queue, &answer) == name) {
            queue->allowed.flow = *flow;
            queue->allowed.serial = row ? row->ring.serial : 0;
            queue->allowed.changes = filter_changes;
            queue->allowed.filter = name;
            return true;
        }
    }
    return answer_matches(filter, packet, bytes);
}

/*
 * Does the answer to the packet in the slot belong to this filter, and may the ring's owner (NULL: the filter's program) send by it? Its
 * sender becomes the card; `packet` is filled in.
 */
static inline bool may_send(struct net_queue *queue, const struct exo_net_row *row, uint32_t name,
                            struct net_packet *packet, uint32_t length, struct nic_slot *slot)
{
    struct net_flow flow __attribute__((uninitialized)); /* looked at when it was read */
    uint8_t *bytes = slot->bytes;

    memcpy(bytes + 6, card->mac, sizeof card->mac);
    packet->bytes = bytes;
    packet->have = slot->copied;
    packet->length = length;
    bool known = net_flow_read(&flow, &packet->layout, bytes, packet->have, length);

    if (known && flow.addresses == queue->allowed.flow.addresses &&
        flow.ports == queue->allowed.flow.ports && flow.kind == queue->allowed.flow.kind &&
        name == queue->allowed.filter && (row ? row->ring.serial : 0) == queue->allowed.serial &&
        filter_changes == queue->allowed.changes)
        return true;
    return find_permission(queue, row, name, packet, bytes, known ? &flow : NULL);
}

/* What the card is to do to the packet; false: it cannot, or it makes no sense. */
static bool offload(const struct exo_net_send *send, const struct net_packet *packet,
                    struct nic_slot *slot)
{
    uint32_t header = packet->layout.payload;
    bool tcp = packet->layout.protocol == NET_IP_TCP;

    if (!(send->flags & (EXO_NET_SEND_CHECKSUM | EXO_NET_SEND_SEGMENT)))
        return true;
    if (!(card->features & EXO_NET_CARD_CHECKSUM) || !(send->flags & EXO_NET_SEND_CHECKSUM) ||
        (!tcp && packet->layout.protocol != NET_IP_UDP))
        return false;
    slot->checksum_start = packet->layout.transport;
    slot->checksum_offset = tcp ? 16 : 6;
    if (!(send->flags & EXO_NET_SEND_SEGMENT))
        return true;
    slot->ipv6 = packet->bytes[packet->layout.network] >> 4 == 6;
    slot->segment = send->segment;
    slot->header_bytes = (uint16_t)header;
    return tcp && header <= packet->have && send->segment >= SEGMENT_MIN &&
           header - packet->layout.network + send->segment <= card->mtu &&
           card->features & (slot->ipv6 ? EXO_NET_CARD_SEGMENT6 : EXO_NET_CARD_SEGMENT4);
}

/* Checks the packet in the slot; source address and sender of ARP are the card's. */
static bool slot_check(struct net_queue *queue, const struct exo_net_row *row,
                       const struct exo_net_send *send, uint32_t length, struct nic_slot *slot)
{
    struct net_packet packet __attribute__((uninitialized));

    if (!may_send(queue, row, send->filter, &packet, length, slot) || !offload(send, &packet, slot))
        return false;
    ring_capture(queue, &packet, send->filter, EXO_NET_RECEIVED_SENT);
    return true;
}

static void mark(const struct exo_net_row *row, uint32_t first, uint32_t count, uint16_t flags)
{
    struct exo_net_ring *shared = shared_of(row);

    for (uint32_t i = 0; i < count; i++)
        __atomic_fetch_or(&shared->send[(first + i) % EXO_NET_SEND_MAX].flags, flags,
                          __ATOMIC_RELEASE);
}

int ring_send(struct net_queue *queue, struct exo_net_row *row, uint32_t *sent)
{
    uint32_t pair = net_queue_number(queue);
    struct exo_net_ring *shared = shared_of(row);
    uint32_t posted = __atomic_load_n(&shared->send_posted, __ATOMIC_ACQUIRE);
    struct outgoing out __attribute__((uninitialized)); /* its pieces are counted */

    queue->stalled &= ~(1ull << row->ring.number);
    if (posted - row->ring.send_taken > EXO_NET_SEND_MAX)
        return EXO_E_ARG;
    while (row->ring.send_taken != posted) {
        struct nic_slot *slot = nic_slot_take(pair);
        uint32_t first = row->ring.send_taken;

        if (!slot || queue->work >= NET_WORK_TURN) {
            if (slot)
                nic_slot_drop(pair, slot);
            queue->stalled |= 1ull << row->ring.number;
            break;
        }
        queue->work += WORK_PACKET;
        piece_read(&shared->send[first % EXO_NET_SEND_MAX], &out.piece[0]);
        bool good = copy_short(row, &out, slot) || copy_pieces(row, posted, &out, slot);

        good = good && slot_check(queue, row, &out.piece[0], out.length, slot);
        row->ring.send_taken += out.count;
        if (!good) {
            nic_slot_drop(pair, slot);
            row->ring.refused++;
            mark(row, first, out.count, EXO_NET_SEND_DONE | EXO_NET_SEND_REFUSED);
            continue;
        }
        slot->ring = slot->piece_count ? net_row_name(row) : 0;
        if (slot->ring) {
            slot->serial = row->ring.serial;
            slot->first = first;
            slot->count = out.count;
            row->ring.in_flight++;
            queue->lent++;
        } else {
            mark(row, first, out.count, EXO_NET_SEND_DONE);
        }
        nic_send(pair, slot);
        row->ring.sent++;
        row->ring.sent_bytes += out.length;
        queue->count->sent++;
        queue->count->sent_bytes += out.length;
        (*sent)++;
    }
    if (*sent)
        nic_flush(pair);
    __atomic_store_n(&shared->send_taken, row->ring.send_taken, __ATOMIC_RELEASE);
    return queue->stalled >> row->ring.number & 1 ? EXO_E_AGAIN : 0;
}

bool ring_reply(struct net_queue *queue, struct exo_net_row *filter, const uint8_t *bytes,
                uint32_t length)
{
    uint32_t pair = net_queue_number(queue);
    struct net_packet packet __attribute__((uninitialized));
    struct nic_slot *slot = length >= ETHERNET_BYTES && length <= card->mtu + ETHERNET_BYTES + 4u
                                ? nic_slot_take(pair)
                                : NULL;

    if (!slot)
        return false;
    queue->work += WORK_PACKET + length / 8;
    copy(slot->bytes, bytes, length);
    slot->copied = length;
    if (!may_send(queue, NULL, net_row_name(filter), &packet, length, slot)) {
        nic_slot_drop(pair, slot);
        return false;
    }
    ring_capture(queue, &packet, net_row_name(filter), EXO_NET_RECEIVED_SENT);
    slot->ring = 0;
    nic_send(pair, slot);
    queue->count->sent++;
    queue->count->sent_bytes += length;
    return true;
}

struct env *ring_env(const struct exo_net_row *row)
{
    return row->ring.state & EXO_NET_RING_STOPPED
               ? NULL
               : env_living(row->ring.env); /* rings end before their envs */
}

void ring_wake(struct net_queue *queue, const struct exo_net_row *row, uint64_t events)
{
    queue->wakes |= 1ull << row->ring.number;
    queue->more_events[row->ring.number] |= events;
}

void ring_sent(struct net_queue *queue)
{
    uint32_t pair = net_queue_number(queue);
    struct nic_slot *slot;
    uint64_t waiting = queue->stalled;

    while (card && (slot = nic_sent(pair))) {
        /* The row stays a ring as long as this packet counts. */
        struct exo_net_row *row = slot->ring ? net_row(slot->ring) : NULL;

        queue->work += WORK_SENT;
        if (row) {
            row->ring.in_flight--;
            queue->lent--;
            if (!(row->ring.state & EXO_NET_RING_STOPPED))
                mark(row, slot->first, slot->count, EXO_NET_SEND_DONE);
            else if (!row->ring.in_flight)
                queue->wakes |= 1ull << row->ring.number; /* to be finished */
        }
        nic_slot_drop(pair, slot);
    }
    for (; nic_slots_free(pair) && waiting; waiting &= waiting - 1) {
        uint32_t number = (uint32_t)__builtin_ctzll(waiting);
        uint32_t sent = 0;

        (void)ring_send(queue, net_row(rings[number]), &sent);
        queue->wakes |= 1ull << number;
    }
}

void ring_tidy(struct net_queue *queue)
{
    if (queue->lent || queue->stalled || nic_slots_low(net_queue_number(queue)))
        ring_sent(queue);
}

bool ring_can_go_on(const struct net_queue *queue)
{
    return queue->stalled && nic_slots_free(net_queue_number(queue));
}

bool ring_waits(const struct net_queue *queue)
{
    return queue->stalled;
}
