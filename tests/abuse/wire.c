/* SPDX-License-Identifier: MIT */
/* wire.c - rings for attackers, victim and harness, and the harness's end of the wire. */
#include "tests/abuse/wire.h"
#include "tests/unit/net/packets.h"
#include "lib/exo/match.h"
#include "libos/init/frames.h"
#include "tests/device/lies.h"
#include "libos/init/init.h"

#define IPV4       0x0800
#define IPV6       0x86dd
#define IP_UDP     17
#define FRAME_MAX  1514
#define PORT_MARK  9
#define UDP_BYTES  42 /* Ethernet, IPv4 and UDP headers */
#define ECHO_BYTES 64

#define HOST_CLAIMS   0x170000040000
#define HOST_RING     0x170000042000 /* the page before is its table's, for a moment */
#define HOST_FRAMES   32
#define VICTIM_FRAMES 128

#define LYING_PATIENCE 100000 /* kicks; a card that takes nothing any more is no reason to wait */

/* --- Claims --------------------------------------------------------------------------------------------------------- */

enum wire_claim wire_claim_of(const uint8_t *frame, uint32_t bytes, const uint8_t *mac, bool tags)
{
    static const uint8_t net4[3] = {10, 9, 9};
    static const uint8_t net6[15] = {0xfe, 0xc0};
    struct reading r = packet_reading(frame, bytes);

    if (bytes >= 14 && !(frame[0] & 1) && memcmp(frame, mac, 6) != 0)
        return CLAIM_NONE;
    if (r.verdict == READ_MALFORMED)
        return CLAIM_NONE;
    if (r.type == WIRE_TYPE && r.vlan < 0)
        return CLAIM_ENVELOPE;
    bool ipv4 = r.type == IPV4 && memcmp(r.destination, net4, 3) == 0;
    bool ipv6 = r.type == IPV6 && memcmp(r.destination, net6, 15) == 0;
    uint8_t last = ipv4 ? r.destination[3] : ipv6 ? r.destination[15] : 0;
    bool given = r.verdict == READ_GOOD && r.protocol == IP_UDP && r.destination_port == PORT_GIVEN;

    if (r.vlan >= 0) {
        if (r.vlan != VLAN || !ipv4 || !tags)
            return CLAIM_NONE;
        return last == NET_VICTIM ? CLAIM_VICTIM_VLAN
               : last == NET_OWN  ? CLAIM_OWN_VLAN
                                  : CLAIM_NONE;
    }
    switch (last) {
    case NET_HOST:
        return ipv4 ? CLAIM_HOST : CLAIM_NONE;
    case NET_OWN:
        return ipv4 ? CLAIM_OWN : CLAIM_OWN6;
    case NET_VICTIM:
        return ipv4 ? given ? CLAIM_PORT : CLAIM_VICTIM : given ? CLAIM_PORT6 : CLAIM_VICTIM6;
    default:
        return CLAIM_NONE;
    }
}

void wire_claim_filter(enum wire_claim claim, struct exo_net_filter *filter)
{
    bool ipv6 = claim == CLAIM_VICTIM6 || claim == CLAIM_OWN6 || claim == CLAIM_PORT6;
    bool own = claim == CLAIM_OWN || claim == CLAIM_OWN6 || claim == CLAIM_OWN_VLAN;
    uint8_t last = claim == CLAIM_HOST ? NET_HOST : own ? NET_OWN : NET_VICTIM;

    *filter = (struct exo_net_filter){.flags = 0};
    if (claim == CLAIM_ENVELOPE) {
        exo_match_kind(filter, WIRE_TYPE);
        return;
    }
    net_claim(filter, last);
    if (ipv6) {
        const uint8_t address[16] = {0xfe, 0xc0, [15] = last};

        exo_match_kind(filter, IPV6);
        exo_match_destination(filter, address, 128);
    }
    if (claim == CLAIM_PORT || claim == CLAIM_PORT6) {
        exo_match_protocol(filter, IP_UDP);
        exo_match_ports(filter, PORT_GIVEN, 0xffff);
    }
    if (claim == CLAIM_VICTIM_VLAN || claim == CLAIM_OWN_VLAN) {
        filter->value.flags |= EXO_NET_KEY_TAGGED;
        filter->mask.vlan = 0xffff;
        filter->value.vlan = __builtin_bswap16(0x1000 | VLAN);
    }
}

/* --- Ports ---------------------------------------------------------------------------------------------------------- */

int64_t port_open(struct port *port, uint64_t table, const struct exo_net_ring_config *config)
{
    int64_t error = exo_net_table_create(port->slot, table);

    port->row = table << EXO_NET_ROW_BITS;
    port->half = config->buffer_count; /* of twice as many buffers */
    if (!error)
        error = exo_net_ring(port->slot, port->row, config);
    if (!error)
        port->ring->quiet = 1;
    return error;
}

void port_offer(struct port *port, uint16_t buffer)
{
    uint32_t posted = port->ring->receive_posted;

    port->ring->receive[posted % EXO_NET_RECEIVE_MAX].buffer = buffer;
    __atomic_store_n(&port->ring->receive_posted, posted + 1, __ATOMIC_RELEASE);
}

const uint8_t *port_next(const struct port *port, uint32_t *bytes)
{
    const struct exo_net_received *entry = &port->ring->receive[port->taken % EXO_NET_RECEIVE_MAX];

    if (__atomic_load_n(&port->ring->receive_filled, __ATOMIC_ACQUIRE) == port->taken)
        return NULL;
    *bytes = entry->length;
    return port->buffers + (uint32_t)entry->buffer * EXO_NET_BUFFER_BYTES + EXO_NET_HEADROOM;
}

void port_back(struct port *port)
{
    port_offer(port, port->ring->receive[port->taken++ % EXO_NET_RECEIVE_MAX].buffer);
}

/* False: it has waited for long enough. */
static bool port_kick(struct port *port, uint32_t *tries)
{
    (void)exo_net_kick(port->slot, port->row);
    port->stuck |= port->patience && ++*tries > port->patience;
    return !port->stuck;
}

/* With fewer buffers than descriptors a buffer is free when the descriptor that had it is done. */
uint8_t *port_buffer(struct port *port)
{
    uint32_t posted = port->ring->send_posted, tries = 0;

    while (posted >= port->half && !port->stuck &&
           !(__atomic_load_n(&port->ring->send[(posted - port->half) % EXO_NET_SEND_MAX].flags,
                             __ATOMIC_ACQUIRE) &
             EXO_NET_SEND_DONE))
        (void)port_kick(port, &tries);
    return port->buffers + (uint64_t)(port->half + posted % port->half) * EXO_NET_BUFFER_BYTES;
}

bool port_send(struct port *port, uint32_t bytes, uint64_t filter)
{
    uint32_t posted = port->ring->send_posted, tries = 0;
    struct exo_net_send *send = &port->ring->send[posted % EXO_NET_SEND_MAX];
    uint8_t *buffer = port_buffer(port);

    if (port->stuck)
        return false;
    *send = (struct exo_net_send){.offset = (uint32_t)(buffer - port->buffers),
                                  .length = (uint16_t)bytes,
                                  .filter = (uint32_t)filter};
    __atomic_store_n(&port->ring->send_posted, posted + 1, __ATOMIC_RELEASE);
    while (port_kick(port, &tries) &&
           __atomic_load_n(&port->ring->send_taken, __ATOMIC_ACQUIRE) != posted + 1)
        ;
    return !port->stuck &&
           !(__atomic_load_n(&send->flags, __ATOMIC_ACQUIRE) & EXO_NET_SEND_REFUSED);
}

uint64_t *attacker_canary(struct box *box, uint32_t from, uint32_t count)
{
    const uint64_t bits = EXO_PTE_PRESENT | EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE;
    const uint64_t address = SCRATCH + 0x60000;

    for (uint32_t i = 0; i < count; i++)
        if (map_at(box, address + i * 0x1000, (box->own_first + from + i) << 12 | bits) != 1)
            escape(box, "its own page is refused", i);
    for (uint32_t i = 0; i < count * 512; i++)
        ((uint64_t *)address)[i] = PATTERN;
    return (uint64_t *)address;
}

int64_t attacker_port(struct box *box, struct port *p, uint32_t frames)
{
    const uint64_t bits = EXO_PTE_PRESENT | EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE;
    uint64_t address = SCRATCH + 0x20000;
    struct exo_net_ring_config config = {.shared_frame = box->own_first + 1,
                                         .buffer_frame = box->own_first + ATTACKER_BUFFER,
                                         .buffer_count = frames,
                                         .env = box->env[0],
                                         .event = 1};

    for (uint32_t i = 0; i < EXO_NET_SHARED_FRAMES + frames; i++) {
        int64_t done = map_at(box, address + i * 0x1000, (config.shared_frame + i) << 12 | bits);

        if (done != 1)
            return done ? done : -EXO_E_RANGE;
    }
    *p = (struct port){.slot = SLOT_OWN,
                       .ring = (struct exo_net_ring *)address,
                       .buffers = (uint8_t *)address + sizeof(struct exo_net_ring)};
    return port_open(p, box->own_first, &config);
}

/* --- The victim -------------------------------------------------------------------------------------------------------- */

/* An echo request becomes the answer; it goes to the card itself, so that it comes back. */
static void answer(struct victim_net *net, const uint8_t *request, uint32_t bytes)
{
    uint8_t *reply = port_buffer(&net->port);

    memcpy(reply, request, bytes);
    memcpy(reply, net->mac, 6);
    memcpy(reply + 26, request + 30, 4);
    memcpy(reply + 30, request + 26, 4);
    memcpy(reply + 34, request + 36, 2);
    memcpy(reply + 36, request + 34, 2);
    (void)port_send(&net->port, bytes, net->filter);
}

void victim_net(struct victim_net *net)
{
    const uint8_t *frame;
    uint32_t bytes;

    while (net->port.ring && (frame = port_next(&net->port, &bytes))) {
        enum wire_claim claim = wire_claim_of(frame, bytes, net->mac, true);

        if (claim != CLAIM_VICTIM && claim != CLAIM_VICTIM6 && claim != CLAIM_VICTIM_VLAN &&
            !net->rewritten)
            net->foreign++;
        if (claim == CLAIM_VICTIM && frame[14] == 0x45 &&
            packet_reading(frame, bytes).destination_port == PORT_ECHO)
            answer(net, frame, bytes);
        port_back(&net->port);
        net->taken++;
    }
}

/* --- The harness --------------------------------------------------------------------------------------------------------- */

static struct port port;
static uint8_t envelope[FRAME_MAX];
static uint32_t envelope_bytes;
static uint64_t marks, mark_seen, requests, echoes;
static uint64_t claims; /* the table's frame */
static struct victim_net *the_victim;
static struct exo_net_ring_config
    second; /* of the victim's; the frame before it becomes the table */
static uint32_t victim_slot;

bool wire_there(void)
{
    return port.ring;
}

struct victim_net *wire_victim(void)
{
    return the_victim;
}

const uint8_t *wire_mac(void)
{
    return machine.page->net.mac;
}

volatile const struct exo_net_row *wire_row(enum wire_claim claim)
{
    return (volatile const struct exo_net_row *)HOST_CLAIMS + claim;
}

uint64_t wire_claim(enum wire_claim claim, uint32_t slot)
{
    struct exo_net_filter filter;

    if (!(machine.page->net.features & EXO_NET_CARD_PRESENT))
        return 0;
    if (!claims) {
        claims = host_row(0, HOST_CLAIMS, 1);
        must(exo_unmap(&machine.space, HOST_CLAIMS, 1), "the claims");
        must(exo_net_table_create(CAP_ROOT, claims), "a net table");
        must(exo_map(&machine.space, HOST_CLAIMS, claims, 1, EXO_PTE_NO_EXECUTE), "the claims");
    }
    uint64_t first = claims << EXO_NET_ROW_BITS;

    wire_claim_filter(claim, &filter);
    if (claim == CLAIM_PORT || claim == CLAIM_PORT6)
        filter.parent = (uint32_t)(first + claim - CLAIM_PORT + CLAIM_VICTIM);
    must(exo_net_filter(CAP_ROOT, first + claim, slot, &filter), "a claim");
    return first + claim;
}

/* A ring with all its receive buffers offered, at this address; `slot` is the harness's. */
static void open(struct port *p, uint32_t slot, uint64_t address, uint32_t frames, uint64_t env)
{
    uint64_t first = host_row(slot, address, EXO_NET_SHARED_FRAMES + frames);
    struct exo_net_ring_config config = {.shared_frame = first,
                                         .buffer_frame = first + EXO_NET_SHARED_FRAMES,
                                         .buffer_count = frames,
                                         .env = env,
                                         .event = 1};
    uint64_t table = host_row(slot, address - EXO_PAGE_SIZE, 1);

    must(exo_unmap(&machine.space, address - EXO_PAGE_SIZE, 1), "a net table");
    p->slot = slot;
    p->ring = (struct exo_net_ring *)address;
    p->buffers = (uint8_t *)address + sizeof(struct exo_net_ring);
    must(port_open(p, table, &config), "a ring");
    for (uint32_t i = 0; i < p->half; i++)
        port_offer(p, (uint16_t)i);
}

int64_t wire_second_ring(void)
{
    uint64_t table = second.shared_frame - 1;
    int64_t error = exo_net_table_create(victim_slot, table);

    if (!error)
        error = exo_net_ring(victim_slot, table << EXO_NET_ROW_BITS, &second);
    while (exo_net_table_destroy(victim_slot, table) == -EXO_E_AGAIN)
        ;
    return error;
}

void wire_start(struct victim_net *victim, uint32_t slot, uint64_t victim_env)
{
    struct port theirs = {.taken = 0};

    if (!host_number("wire=", 0) || !(machine.page->net.features & EXO_NET_CARD_PRESENT))
        return;
    the_victim = victim;
    victim_slot = slot;
    uint64_t spare = frames_take(CAP_ROOT, EXO_NET_SHARED_FRAMES + 2);

    must(exo_frame_guard(CAP_ROOT, spare, EXO_NET_SHARED_FRAMES + 2, slot, 0), "guard");
    second = (struct exo_net_ring_config){.shared_frame = spare + 1,
                                          .buffer_frame = spare + 1 + EXO_NET_SHARED_FRAMES,
                                          .buffer_count = 1,
                                          .env = victim_env};
    (void)wire_claim(CLAIM_VICTIM6, slot);
    open(&theirs, slot, VICTIM_BASE + 0xa1000, VICTIM_FRAMES, victim_env);
    memcpy(victim->mac, wire_mac(), 6);
    victim->filter = claims << EXO_NET_ROW_BITS | CLAIM_VICTIM;
    must(exo_net_attach(slot, victim->filter, theirs.row), "attach");
    must(exo_net_attach(slot, claims << EXO_NET_ROW_BITS | CLAIM_VICTIM6, theirs.row), "attach");
    struct exo_net_ring *ring = theirs.ring;

    theirs.slot = 0; /* as the victim calls it */
    theirs.patience = port.patience = host_word("lies=") ? LYING_PATIENCE : 0;
    theirs.ring = NULL;
    victim->port = theirs;
    __atomic_store_n(&victim->port.ring, ring, __ATOMIC_RELEASE); /* from now on it looks */
    uint64_t host = wire_claim(CLAIM_HOST, CAP_ROOT);

    (void)wire_claim(CLAIM_ENVELOPE, CAP_ROOT);
    open(&port, CAP_ROOT, HOST_RING, HOST_FRAMES, machine.env);
    must(exo_net_attach(CAP_ROOT, host, port.row), "attach");
}

void wire_flush(void)
{
    if (envelope_bytes <= 14)
        return;
    uint8_t *frame = port_buffer(&port);

    memset(envelope, 0xff, 6);
    envelope[12] = WIRE_TYPE >> 8;
    envelope[13] = WIRE_TYPE & 0xff;
    memcpy(frame, envelope, envelope_bytes);
    if (!port_send(&port, envelope_bytes, claims << EXO_NET_ROW_BITS | CLAIM_ENVELOPE) &&
        !port.stuck)
        init_fail("an envelope is refused");
    envelope_bytes = 0;
}

void wire_order(uint32_t kind, uint32_t times, uint32_t seed)
{
    const uint16_t words[] = {
        LIE_TYPE,      LIE_ORDER, (uint16_t)kind, (uint16_t)times, (uint16_t)(seed >> 16),
        (uint16_t)seed};

    wire_flush();
    memset(envelope, 0xff, 12);
    for (uint32_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        envelope[12 + 2 * i] = (uint8_t)(words[i] >> 8);
        envelope[13 + 2 * i] = (uint8_t)words[i];
    }
    memset(envelope + 24, 0, 36);
    envelope_bytes = 60;
    wire_flush();
}

/* Big endian: how often, how long, how much of it follows, and that. */
void wire_put(const uint8_t *frame, uint32_t bytes, uint32_t length, uint32_t times)
{
    const uint32_t words[3] = {times, length, bytes};

    if (envelope_bytes + 6 + bytes > FRAME_MAX)
        wire_flush();
    if (envelope_bytes < 14)
        envelope_bytes = 14;
    for (uint32_t i = 0; i < 3; i++) {
        envelope[envelope_bytes++] = (uint8_t)(words[i] >> 8);
        envelope[envelope_bytes++] = (uint8_t)words[i];
    }
    memcpy(envelope + envelope_bytes, frame, bytes);
    envelope_bytes += bytes;
}

/* A datagram with a number in it, from the harness. */
static void put_number(uint8_t last, uint16_t to_port, uint64_t number)
{
    uint8_t frame[ECHO_BYTES] = {[12] = 8,
                                 [14] = 0x45,
                                 [17] = ECHO_BYTES - 14,
                                 [22] = 64,
                                 [23] = IP_UDP,
                                 [26] = 10,
                                 [27] = 9,
                                 [28] = 9,
                                 [29] = NET_HOST,
                                 [30] = 10,
                                 [31] = 9,
                                 [32] = 9,
                                 [33] = last,
                                 [34] = 0x30,
                                 [35] = 0x39,
                                 [39] = ECHO_BYTES - 34,
                                 [36] = (uint8_t)(to_port >> 8),
                                 [37] = (uint8_t)to_port};

    memcpy(frame, wire_mac(), 6);
    memcpy(frame + UDP_BYTES, &number, sizeof number);
    wire_put(frame, sizeof frame, sizeof frame, 1);
}

void wire_mark(void)
{
    put_number(NET_HOST, PORT_MARK, ++marks);
    wire_flush();
}

void wire_echo(void)
{
    put_number(NET_VICTIM, PORT_ECHO, ++requests);
}

static void take(void)
{
    const uint8_t *frame;
    uint32_t bytes;

    while ((frame = port_next(&port, &bytes))) {
        uint64_t number = 0;

        memcpy(&number, frame + UDP_BYTES, sizeof number);
        if (bytes == ECHO_BYTES && frame[37] == PORT_MARK && frame[29] == NET_HOST)
            mark_seen = number;
        else if (bytes == ECHO_BYTES && frame[35] == PORT_ECHO && frame[29] == NET_VICTIM &&
                 number == echoes + 1)
            echoes = number;
        port_back(&port);
    }
}

uint64_t wire_marks(void)
{
    return marks;
}

bool wire_marked_after(uint64_t mark)
{
    take();
    return mark_seen > mark;
}

bool wire_marked(void)
{
    take();
    return mark_seen == marks;
}

uint64_t wire_unanswered(void)
{
    take();
    return requests - echoes;
}

void wire_forget(void)
{
    take();
    echoes = requests;
}
