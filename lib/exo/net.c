/* SPDX-License-Identifier: MIT */
/* net.c - packets for a LibOS; see net.h. */
#include "lib/exo/net.h"
#include "lib/exo/bytes.h"
#include "lib/exo/checksum.h"
#include "base/string.h"
#include "exo_stubs.h"
#include "lib/exo/libos.h"

#define TABLE_RING     0 /* row of the ring in its net table */
#define ETHERNET_BYTES 14
#define IP_TCP         6
#define IP_UDP         17

const struct instance_net *exo_net_config(void)
{
    const struct instance_net *net = &exo_instance()->net;

    return net->present ? net : NULL;
}

static int64_t attach(const struct exo_net *net, uint32_t ring)
{
    int64_t error = 0;

    for (uint32_t i = 0; i < net->config->claim_count && error >= 0; i++)
        error = exo_net_attach(net->slot, net->config->claim[i].row, ring);
    return error;
}

int64_t exo_net_open(struct exo_net *net, const struct exo_net_memory *memory, uint64_t env,
                     uint32_t event)
{
    uint32_t buffers = memory->buffer_count * 2;
    uint32_t receive = buffers / 2 < EXO_NET_RECEIVE_MAX ? buffers / 2 : EXO_NET_RECEIVE_MAX;
    struct exo_net_ring_config config = {
        .shared_frame = memory->shared_frame,
        .buffer_frame = memory->buffer_frame,
        .buffer_count = memory->buffer_count,
        .env = env,
        .event = event,
        .flags = memory->merged ? EXO_NET_MERGED : 0,
    };
    int64_t error;

    memset(net, 0, sizeof *net);
    net->config = exo_net_config();
    if (!net->config)
        return -EXO_E_NONE;
    net->memory = *memory;
    net->ring = memory->shared;
    net->slot = EXO_SLOT;
    net->row = (uint32_t)(memory->table_frame << EXO_NET_ROW_BITS | TABLE_RING);
    error = exo_net_table_create(net->slot, memory->table_frame);
    if (error < 0)
        return error;
    error = exo_net_ring(net->slot, net->row, &config);
    if (error < 0) {
        (void)exo_net_table_destroy(net->slot, memory->table_frame);
        return error;
    }
    for (uint32_t i = 0; i < receive; i++)
        exo_net_offer(net, (uint16_t)i);
    for (uint32_t i = receive; i < buffers; i++)
        net->free[net->free_count++] = (uint16_t)i;
    return attach(net, net->row);
}

int64_t exo_net_close(struct exo_net *net)
{
    (void)attach(net, 0);
    return exo_net_table_destroy(net->slot, net->memory.table_frame);
}

/* --- Receiving -------------------------------------------------------------------------------------------- */

void exo_net_wait(const struct exo_net *net, uint64_t deadline_ns)
{
    struct exo_sleep_word word = {.address = (uint64_t)&net->ring->receive_filled,
                                  .value = net->receive_taken};

    /* With events there is no need to watch memory: who was woken since it last slept does not fall asleep. */
    (void)exo_sleep((uint64_t)&word, net->ring->quiet ? 1 : 0, deadline_ns);
}

void exo_net_quiet(struct exo_net *net, bool quiet)
{
    __atomic_store_n(&net->ring->quiet, quiet, __ATOMIC_SEQ_CST);
}

/* --- Sending ---------------------------------------------------------------------------------------------- */

#define NO_BUFFER UINT16_MAX

void exo_net_reclaim(struct exo_net *net)
{
    while (net->send_reclaimed != net->send_posted) {
        uint32_t at = net->send_reclaimed % EXO_NET_SEND_MAX;
        uint16_t flags = __atomic_load_n(&net->ring->send[at].flags, __ATOMIC_ACQUIRE);

        if (!(flags & EXO_NET_SEND_DONE))
            return;
        if (flags & EXO_NET_SEND_REFUSED)
            net->statistics.refused++;
        if (net->sending[at] != NO_BUFFER)
            net->free[net->free_count++] = net->sending[at];
        net->send_reclaimed++;
    }
}

/* What decides who may send a packet; false: too short for its type. */
struct origin {
    uint32_t ethertype;
    uint8_t address[16];
    uint32_t protocol, port;
    uint32_t network, transport; /* offsets; transport 0: none */
};

static bool origin_read(const uint8_t *frame, uint32_t length, struct origin *o)
{
    uint32_t at = ETHERNET_BYTES;

    memset(o, 0, sizeof *o);
    if (length < at)
        return false;
    o->ethertype = get16(frame + 12);
    if (o->ethertype == 0x8100 && length >= at + 4) {
        o->ethertype = get16(frame + 16);
        at += 4;
    }
    o->network = at;
    if (o->ethertype == EXO_NET_IPV6) {
        if (length < at + 40)
            return false;
        memcpy(o->address, frame + at + 8, 16);
        o->protocol = frame[at + 6];
        at += 40;
    } else if (o->ethertype == EXO_NET_IPV4 || o->ethertype == EXO_NET_ARP) {
        if (length < at + (o->ethertype == EXO_NET_ARP ? 28 : 20))
            return false;
        o->address[10] = o->address[11] = 0xff;
        memcpy(o->address + 12, frame + at + (o->ethertype == EXO_NET_ARP ? 14 : 12), 4);
        if (o->ethertype == EXO_NET_ARP)
            return true;
        if (get16(frame + at + 6) & 0x3fff)
            return true; /* a fragment has no ports */
        o->protocol = frame[at + 9];
        at += (frame[at] & 15u) * 4;
    } else {
        return true;
    }
    if ((o->protocol == IP_TCP && length >= at + 20) ||
        (o->protocol == IP_UDP && length >= at + 8)) {
        o->port = get16(frame + at);
        o->transport = at;
    }
    return true;
}

static bool permits(const struct instance_claim *claim, const struct origin *o)
{
    return !claim->receive_only && claim->ethertype == o->ethertype &&
           (!claim->protocol || claim->protocol == o->protocol) &&
           (o->port & claim->port_mask) == claim->port &&
           !memcmp(claim->address, o->address, sizeof o->address);
}

/* The claim that a packet may be sent by; NULL: none. Mostly that of the last packet. */
static const struct instance_claim *claim_find(struct exo_net *net, const struct origin *o)
{
    const struct instance_net *config = net->config;

    if (permits(&config->claim[net->last_claim], o))
        return &config->claim[net->last_claim];
    for (uint32_t i = 0; i < config->claim_count; i++) {
        if (!permits(&config->claim[i], o))
            continue;
        net->last_claim = i;
        return &config->claim[i];
    }
    return NULL;
}

uint32_t exo_net_permission(struct exo_net *net, uint32_t ethertype, const uint8_t *address,
                            uint32_t protocol, uint32_t port)
{
    struct origin origin = {.ethertype = ethertype, .protocol = protocol, .port = port};

    memcpy(origin.address, address, sizeof origin.address);
    const struct instance_claim *claim = claim_find(net, &origin);

    return claim ? claim->row : 0;
}

uint32_t exo_net_sum(const void *bytes, uint32_t count, uint32_t sum)
{
    uint64_t total = sum + (uint64_t)__builtin_bswap16((uint16_t)checksum_add(bytes, count, 0));

    while (total >> 16)
        total = (total & 0xffff) + (total >> 16);
    return (uint32_t)total;
}

/* What a card would do: the field holds the sum of the pseudo header; the sum over all replaces it. */
static void complete_checksum(uint8_t *frame, uint32_t length, const struct origin *o)
{
    uint32_t end = o->network;
    uint8_t *field = frame + o->transport + (o->protocol == IP_TCP ? 16 : 6);

    if (o->ethertype == EXO_NET_IPV4)
        end += get16(frame + o->network + 2);
    else
        end += 40 + get16(frame + o->network + 4);
    if (end > length || end < o->transport)
        return; /* malformed: the kernel will refuse it */
    uint16_t sum = (uint16_t)~checksum_add(frame + o->transport, end - o->transport, 0);

    if (!sum && o->protocol == IP_UDP)
        sum = 0xffff;
    memcpy(field, &sum, 2);
}

/* Posts descriptors; the caller has looked for room. */
static void post(struct exo_net *net, const struct exo_net_send *piece, uint32_t count,
                 uint16_t buffer)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = (net->send_posted + i) % EXO_NET_SEND_MAX;

        net->ring->send[at] = piece[i];
        net->sending[at] = buffer;
    }
    net->send_posted += count;
    __atomic_store_n(&net->ring->send_posted, net->send_posted, __ATOMIC_RELEASE);
}

static bool room(struct exo_net *net, uint32_t count)
{
    if (net->send_posted - net->send_reclaimed + count > EXO_NET_SEND_MAX)
        exo_net_reclaim(net);
    if (net->send_posted - net->send_reclaimed + count <= EXO_NET_SEND_MAX)
        return true;
    net->statistics.full++;
    return false;
}

bool exo_net_send(struct exo_net *net, uint16_t buffer, uint32_t offset, uint32_t length,
                  uint32_t flags)
{
    uint32_t start = (uint32_t)buffer * EXO_NET_BUFFER_BYTES + offset;
    uint8_t *frame = net->memory.buffers + start;
    struct origin origin;

    if (offset + length > EXO_NET_BUFFER_BYTES || !origin_read(frame, length, &origin))
        return false;
    const struct instance_claim *claim = claim_find(net, &origin);

    if (!claim || !room(net, 1))
        return false;
    if (flags & EXO_NET_SEND_CHECKSUM &&
        !(exo_machine_page()->net.features & EXO_NET_CARD_CHECKSUM)) {
        flags &= ~(uint32_t)EXO_NET_SEND_CHECKSUM;
        if (origin.transport)
            complete_checksum(frame, length, &origin);
    }
    struct exo_net_send piece = {.offset = start,
                                 .length = (uint16_t)length,
                                 .flags = (uint16_t)(flags & EXO_NET_SEND_CHECKSUM),
                                 .filter = claim->row};

    post(net, &piece, 1, buffer);
    net->statistics.sent++;
    return true;
}

bool exo_net_send_segments(struct exo_net *net, const struct exo_net_piece *piece, uint32_t count,
                           uint16_t segment)
{
    struct exo_net_send send[EXO_NET_SEND_PIECES] = {0};
    uint32_t features = exo_machine_page()->net.features;
    struct origin origin;

    if (!count || count > EXO_NET_SEND_PIECES ||
        !origin_read(net->memory.buffers + piece[0].offset, piece[0].length, &origin) ||
        !(features &
          (origin.ethertype == EXO_NET_IPV6 ? EXO_NET_CARD_SEGMENT6 : EXO_NET_CARD_SEGMENT4)))
        return false;
    const struct instance_claim *claim = claim_find(net, &origin);

    if (!claim || !room(net, count))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        send[i].offset = piece[i].offset;
        send[i].length = piece[i].length;
        send[i].flags = i + 1 < count ? EXO_NET_SEND_MORE : 0;
    }
    send[0].flags |= EXO_NET_SEND_CHECKSUM | EXO_NET_SEND_SEGMENT;
    send[0].filter = claim->row;
    send[0].segment = segment;
    post(net, send, count, NO_BUFFER);
    net->statistics.sent++;
    return true;
}

int64_t exo_net_flush(struct exo_net *net)
{
    int64_t sent = exo_net_kick(net->slot, net->row);

    exo_net_reclaim(net);
    return sent;
}
