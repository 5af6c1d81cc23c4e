/* SPDX-License-Identifier: MIT */
/*
 * card.c - lwIP's network interface over the instance's packet ring.
 *
 * Received packets are not copied: a pbuf refers to the ring's buffer and gives it back when lwIP frees it. So that the
 * ring cannot run dry while segments wait for a missing one, packets are copied once half of the buffers are held, and so are those that the
 * card has merged.
 * TCP checksums are left to the card; those of UDP are made here, because a datagram may be cut into fragments.
 */
#include "libos/linux/net/lwip/card.h"
#include "libos/linux/net/lwip/fast.h"
#include "libos/linux/net/lwip/gate.h"
#include "libos/linux/net/lwip/incoming.h"
#include "libos/linux/net/lwip/staging.h"
#include "libos/linux/core.h"
#include "lib/exo/bytes.h"
#include "lib/exo/checksum.h"
#include "libos/linux/mm/mm.h"
#include "libos/linux/mm/pagetable.h"
#include "lib/exo/libos.h"
#include "lib/exo/net.h"
#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <netif/ethernet.h>

#define BUFFER_ORDER 8 /* frames of the ring: CARD_BUFFERS, and twice as many buffers */
#define SHARED_ORDER 2 /* at least EXO_NET_SHARED_FRAMES */
#define BUFFER_COUNT CARD_BUFFERS
#define HELD_MAX     (BUFFER_COUNT / 2) /* of the BUFFER_COUNT receive buffers */

#define DEPARTURES_MAX 1024u /* packets that wait for the ring */
#define ARRIVALS_MAX   1024u /* packets that wait outside of the ring */
#define ROUNDS_MAX     8     /* of sending and receiving before programs get their turn */
#define ETHERNET_BYTES 14u
/* What lwIP makes and checks; TCP's and UDP's of what is received only where the card has not done it. */
#define CHECKSUMS                                                                                  \
    (NETIF_CHECKSUM_GEN_IP | NETIF_CHECKSUM_GEN_UDP | NETIF_CHECKSUM_GEN_ICMP |                    \
     NETIF_CHECKSUM_GEN_ICMP6 | NETIF_CHECKSUM_CHECK_IP | NETIF_CHECKSUM_CHECK_ICMP |              \
     NETIF_CHECKSUM_CHECK_ICMP6)
#define IPV4_FRAGMENT 0x3fffu /* more fragments, or an offset */

struct exo_net card_ring;
static struct netif interface;
static uint32_t held;
static uint64_t received_bytes;
uint64_t card_sent_bytes;

struct held_packet {
    struct pbuf_custom pbuf; /* first */
    struct exo_net_packet packet;
    struct held_packet *next; /* spare */
};

static struct held_packet *spare; /* at most HELD_MAX: they are kept for the next packets */

/* --- Receiving --- */

static void held_free(struct pbuf *pbuf)
{
    struct held_packet *packet = (struct held_packet *)pbuf;

    exo_net_give_back(&card_ring, &packet->packet);
    held--;
    packet->next = spare;
    spare = packet;
}

struct pbuf *card_pbuf(const struct exo_net_packet *packet, uint32_t from, uint32_t bytes)
{
    struct held_packet *made = held < HELD_MAX ? spare : NULL;
    struct pbuf *copy;

    if (made)
        spare = made->next;
    else if (held < HELD_MAX)
        made = heap_alloc(sizeof *made);
    if (made) {
        held++;
        made->packet = *packet;
        made->pbuf.custom_free_function = held_free;
        return pbuf_alloced_custom(PBUF_RAW, (u16_t)bytes, PBUF_REF, &made->pbuf,
                                   packet->bytes + from, (u16_t)bytes);
    }
    copy = pbuf_alloc(PBUF_RAW, (u16_t)bytes, PBUF_RAM);
    if (copy)
        memcpy(copy->payload, packet->bytes + from, bytes);
    exo_net_give_back(&card_ring, packet);
    return copy;
}

/*
 * What arrives while lwIP is busy sending: answers to a burst are as many packets as the burst, and come before lwIP has
 * dealt with the last ones. They are copied off the ring when it fills up: it would lose them otherwise.
 */
struct arrival { /* in the pbuf, before the packet */
    struct list node;
    struct pbuf *pbuf;
    struct exo_net_packet packet; /* bytes: the pbuf's */
};

static struct list arrivals = {&arrivals, &arrivals};
static uint32_t arrival_count;

/* The next packet, of which there is one, in as many buffers as it has. */
static void keep_arrival(void)
{
    struct exo_net_packet packet;
    struct arrival *arrival = NULL;
    uint32_t bytes = exo_net_next_length(&card_ring), at = 0;
    struct pbuf *pbuf = bytes + sizeof *arrival <= UINT16_MAX
                            ? pbuf_alloc(PBUF_RAW, (u16_t)(sizeof *arrival + bytes), PBUF_RAM)
                            : NULL;

    if (pbuf) {
        arrival = pbuf->payload;
        pbuf_remove_header(pbuf, sizeof *arrival);
        arrival->pbuf = pbuf;
        list_add_tail(&arrivals, &arrival->node);
        arrival_count++;
    }
    do {
        (void)exo_net_receive(&card_ring, &packet);
        if (arrival && !at) {
            arrival->packet = packet;
            arrival->packet.bytes = pbuf->payload;
            arrival->packet.length = bytes;
        }
        if (pbuf)
            memcpy((uint8_t *)pbuf->payload + at, packet.bytes, packet.length);
        at += packet.length;
        exo_net_give_back(&card_ring, &packet);
    } while (packet.flags & EXO_NET_RECEIVED_MORE && exo_net_arrived(&card_ring));
}

static void keep_arrivals(void)
{
    while (exo_net_crowded(&card_ring) && arrival_count < ARRIVALS_MAX &&
           exo_net_arrived(&card_ring))
        keep_arrival();
}

/* The first of them, of which there is one. */
static struct pbuf *arrival_take(struct exo_net_packet *packet)
{
    struct arrival *arrival = list_item(arrivals.next, struct arrival, node);

    *packet = arrival->packet;
    list_remove(&arrival->node);
    arrival_count--;
    return arrival->pbuf;
}

/* To lwIP as a whole frame. */
static void receive_frame(const struct exo_net_packet *packet, struct pbuf *pbuf)
{
    const u16_t transports = NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP;

    gate_look(packet);
    if (!pbuf)
        pbuf = card_pbuf(packet, 0, packet->length);
    if (!pbuf)
        return; /* lost */
    fast_forget();
    if (!(packet->flags & EXO_NET_RECEIVED_VERIFIED))
        NETIF_SET_CHECKSUM_CTRL(&interface, CHECKSUMS | transports);
    if (interface.input(pbuf, &interface) != ERR_OK)
        pbuf_free(pbuf);
    NETIF_SET_CHECKSUM_CTRL(&interface, CHECKSUMS);
}

/*
 * The next packet, which is no datagram for one of our sockets, and those behind it until something begins as a datagram. Most in a batch
 * are acknowledgements that go on where those before them were: of these nothing is kept.
 */
static __attribute__((noinline)) void receive_others(void)
{
    for (bool first = true;; first = false) {
        struct exo_net_packet packet;
        struct pbuf *pbuf = NULL;
        const struct exo_net_received *entry = NULL;

        if (!list_empty(&arrivals)) {
            pbuf = arrival_take(&packet);
        } else {
            if (!exo_net_arrived(&card_ring))
                break;
            entry = exo_net_next(&card_ring);
            if (entry->flags & EXO_NET_RECEIVED_MORE) { /* merged by the card: on in one piece */
                keep_arrival();
                continue;
            }
            packet.bytes = exo_net_bytes(&card_ring, entry);
            packet.length = entry->length;
            packet.flags = entry->flags;
            packet.network = entry->network;
            packet.transport = entry->transport;
        }
        if (incoming_waits() && packet.transport &&
            incoming_again(packet.bytes, packet.network, packet.length, packet.flags)) {
            received_bytes += packet.length;
            if (entry)
                exo_net_taken(&card_ring, entry);
            else
                pbuf_free(pbuf);
            continue;
        }
        if (entry) {
            if (!first && fast_is_datagram(entry, packet.bytes))
                break;
            (void)exo_net_receive(&card_ring, &packet);
        }
        received_bytes += packet.length;
        if (!incoming_segment(&packet, pbuf)) {
            incoming_flush();
            receive_frame(&packet, pbuf);
        }
    }
    incoming_flush(); /* in the order in which they came */
}

void card_receive(void)
{
    incoming_batch++;
    for (;;) {
        if (list_empty(&arrivals)) {
            if (!exo_net_arrived(&card_ring))
                return;
            const struct exo_net_received *entry = exo_net_next(&card_ring);
            const uint8_t *frame = exo_net_bytes(&card_ring, entry);

            if (fast_is_datagram(entry, frame) && fast_receive(entry, frame)) {
                received_bytes += entry->length;
                exo_net_taken(&card_ring, entry);
                continue;
            }
        }
        receive_others();
    }
}

/* --- Sending --- */

/* Puts the sum of the pseudo header where the card expects it. false: the card has nothing to do. */
static bool prepare_checksum(uint8_t *frame, uint32_t length)
{
    uint8_t *ip = frame + ETHERNET_BYTES;
    uint32_t header;
    uint32_t addresses; /* offset and bytes of both in the IP header */
    uint32_t address_bytes;
    uint16_t sum;

    if (get16(frame + 12) == EXO_NET_IPV4 && length >= ETHERNET_BYTES + 40) {
        header = (ip[0] & 15u) * 4;
        if (ip[9] != 6 || (get16(ip + 6) & IPV4_FRAGMENT))
            return false;
        addresses = 12;
        address_bytes = 8;
    } else if (get16(frame + 12) == EXO_NET_IPV6 && length >= ETHERNET_BYTES + 60) {
        header = 40;
        if (ip[6] != 6)
            return false;
        addresses = 8;
        address_bytes = 32;
    } else {
        return false;
    }
    sum = (uint16_t)checksum_add(ip + addresses, address_bytes,
                                 __builtin_bswap16((uint16_t)(length - ETHERNET_BYTES - header)) +
                                     (6u << 8));
    memcpy(ip + header + 16, &sum, 2);
    return true;
}

/* In the midst of lwIP's work: what arrives has to wait. */
static void flush(void)
{
    (void)exo_net_flush(&card_ring);
    keep_arrivals();
}

/* false: the ring has no room, or the answers to what is under way would have none. */
static bool post(const struct pbuf *pbuf)
{
    uint16_t number;
    uint8_t *buffer = card_has_room() ? exo_net_buffer(&card_ring, &number) : NULL;

    if (!buffer)
        return false;
    pbuf_copy_partial(pbuf, buffer, pbuf->tot_len, 0);
    if (exo_net_send(&card_ring, number, 0, pbuf->tot_len,
                     prepare_checksum(buffer, pbuf->tot_len) ? EXO_NET_SEND_CHECKSUM : 0)) {
        card_sent_bytes += pbuf->tot_len;
        return true;
    }
    exo_net_buffer_drop(&card_ring, number);
    return true; /* there was room: no claim permits it, and none will. It must not hold up the others */
}

/*
 * What lwIP sends while the ring is full waits here: lwIP itself would wait for a timer before it tries again, a tenth of
 * a second and more.
 */
struct departure {
    struct list node;
    struct pbuf *pbuf;
};

struct list card_departures = {&card_departures, &card_departures};
static uint32_t departure_count;

/* Takes the packet; NULL: there was no memory for it. */
static err_t depart_later(struct pbuf *pbuf)
{
    struct departure *departure =
        pbuf && departure_count < DEPARTURES_MAX ? heap_alloc(sizeof *departure) : NULL;

    if (!departure) {
        if (pbuf)
            pbuf_free(pbuf);
        return ERR_MEM; /* lost, as on a wire */
    }
    departure->pbuf = pbuf;
    list_add_tail(&card_departures, &departure->node);
    departure_count++;
    return ERR_OK;
}

static void depart(void)
{
    while (!list_empty(&card_departures)) {
        struct departure *departure = list_item(card_departures.next, struct departure, node);
        if (!post(departure->pbuf))
            return;
        list_remove(&departure->node);
        departure_count--;
        pbuf_free(departure->pbuf);
        heap_free(departure);
    }
}

static err_t transmit(struct netif *netif, struct pbuf *pbuf)
{
    (void)netif;
    if (pbuf->tot_len > EXO_NET_BUFFER_BYTES)
        return ERR_BUF;
    if (list_empty(&card_departures)) {
        if (post(pbuf))
            return ERR_OK;
        flush();
        if (post(pbuf))
            return ERR_OK;
    }
    return depart_later(pbuf_clone(PBUF_RAW, PBUF_RAM, pbuf));
}

uint8_t *card_frame_later(struct card_frame *frame)
{
    if (list_empty(&card_departures)) {
        flush();
        uint8_t *place = card_place(frame->bytes, &frame->number);

        frame->waits = !place;
        if (place)
            return place;
    }
    frame->pbuf = pbuf_alloc(PBUF_RAW, (u16_t)frame->bytes, PBUF_RAM);
    return frame->pbuf ? frame->pbuf->payload : NULL;
}

void card_frame_wait(struct card_frame *frame)
{
    (void)depart_later(frame->pbuf);
}

uint32_t card_permission(uint32_t ip, uint32_t protocol, uint32_t port)
{
    static uint32_t last_ip, last_port, last; /* claims do not change */

    if (last && last_ip == ip && last_port == (protocol << 16 | port))
        return last;
    struct inet_ip address = ip_v4(ip);

    last = exo_net_permission(&card_ring, EXO_NET_IPV4, (const uint8_t *)&address, protocol, port);
    last_ip = ip;
    last_port = protocol << 16 | port;
    return last;
}

bool card_sums(void)
{
    return exo_machine_page()->net.features & EXO_NET_CARD_CHECKSUM;
}

bool card_waits(void)
{
    return exo_net_pending(&card_ring) || !list_empty(&card_departures);
}

bool card_has_work(void)
{
    return card_waits() || exo_net_arrived(&card_ring) || !list_empty(&arrivals);
}

bool card_turn(void)
{
    for (uint32_t rounds = 0; rounds < ROUNDS_MAX; rounds++) {
        depart();
        if (card_waits())
            (void)exo_net_flush(
                &card_ring); /* which also looks for packets, and sends no event for those */
        if (!exo_net_arrived(&card_ring) && list_empty(&arrivals))
            return !list_empty(
                &card_departures); /* no event says that the card has sent something */
        card_receive();
    }
    return true;
}

/* --- Start --- */

static err_t interface_init(struct netif *netif)
{
    NETIF_SET_CHECKSUM_CTRL(netif, CHECKSUMS);
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->output = etharp_output;
    netif->output_ip6 = ethip6_output;
    netif->linkoutput = transmit;
    netif->mtu = card_ring.config->mtu;
    netif->hwaddr_len = 6;
    memcpy(netif->hwaddr, card_ring.config->mac, 6);
    netif->flags =
        NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
    return ERR_OK;
}

static void address6_add(const struct instance_address *address)
{
    ip6_addr_t ip;
    s8_t index;

    memcpy(&ip.addr, address->address, 16);
    ip6_addr_clear_zone(&ip);
    if (ip6_addr_islinklocal(&ip)) {
        ip6_addr_assign_zone(&ip, IP6_UNICAST, &interface);
        netif_ip6_addr_set(&interface, 0, &ip);
        index = 0;
    } else if (netif_add_ip6_address(&interface, &ip, &index) != ERR_OK) {
        return;
    }
    netif_ip6_addr_set_state(&interface, index, IP6_ADDR_PREFERRED);
}

static void interface_add(void)
{
    ip4_addr_t ip = {0};
    ip4_addr_t mask = {0};
    ip4_addr_t gateway = {0};

    for (uint32_t i = 0; i < card_ring.config->address_count; i++) {
        const struct instance_address *address = &card_ring.config->address[i];
        if (address->ipv6 || ip.addr) /* LIMIT: one IPv4 address of an instance is used */
            continue;
        memcpy(&ip.addr, address->address + 12, 4);
        mask.addr = address->prefix ? lwip_htonl(UINT32_MAX << (32 - address->prefix)) : 0;
    }
    memcpy(&gateway.addr, card_ring.config->gateway4 + 12, 4);
    netif_add(&interface, &ip, &mask, &gateway, NULL, interface_init, ethernet_input);
    netif_set_default(&interface);
    netif_set_up(&interface);
    for (uint32_t i = 0; i < card_ring.config->address_count; i++)
        if (card_ring.config->address[i].ipv6)
            address6_add(&card_ring.config->address[i]);
}

bool card_start(void)
{
    struct exo_net_memory memory;
    frame_t table = unmapped_frame_take();
    frame_t shared = frames_alloc(SHARED_ORDER);
    frame_t buffers = frames_alloc(BUFFER_ORDER);
    int64_t error;

    if (!table || !shared || !buffers) {
        log_line("network: no memory for the packet ring");
        return false;
    }
    memory = (struct exo_net_memory){
        .table_frame = table,
        .shared_frame = shared,
        .shared = frame_address(shared),
        .buffer_frame = buffers,
        .buffers = frame_address(buffers),
        .buffer_count = BUFFER_COUNT,
        .merged = true,
    };
    error = exo_net_open(&card_ring, &memory, instance->env, NETWORK_EVENT);
    if (error) {
        log_line("network: the packet ring cannot be opened: error %d", (int)-error);
        return false;
    }
    staging_start();
    interface_add();
    return true;
}

void card_bytes(uint64_t *received, uint64_t *sent, uint64_t *received_packets,
                uint64_t *sent_packets)
{
    *received = received_bytes;
    *sent = card_sent_bytes;
    *received_packets = card_ring.statistics.received;
    *sent_packets = card_ring.statistics.sent;
}
