/* SPDX-License-Identifier: MIT */
/*
 * fast.c - UDP over IPv4 past lwIP.
 *
 * What is common is done here in one go, between the card's ring and the socket: a datagram in one packet, to the interface's address and to
 * a socket that is there; one to a host whose hardware address lwIP's ARP table has. Everything else is left to lwIP, which
 * would do the same: nothing that is decided here differs from what it decides.
 */
#include "libos/linux/net/lwip/fast.h"
#include "libos/linux/net/lwip/card.h"
#include "libos/linux/net/stack.h"
#include "lib/exo/bytes.h"
#include "lib/exo/checksum.h"
#include <lwip/etharp.h>
#include <lwip/netif.h>

#define ETHERNET_BYTES 14u
#define IP_AT          ETHERNET_BYTES
#define UDP_AT         (IP_AT + 20u)
#define PAYLOAD_AT     (UDP_AT + 8u)
#define IP_UDP         17u
#define ADDRESSES_AT   (IP_AT + 12u) /* source, destination */

/* What lwIP may have learned or forgotten about neighbours: counts. */
static uint32_t changes;

void fast_forget(void)
{
    changes++;
}

/* Is the checksum of a datagram right? */
static inline bool datagram_right(const uint8_t *frame, uint32_t bytes)
{
    uint64_t pseudo = (uint64_t)(IP_UDP << 8) + __builtin_bswap16((uint16_t)bytes);

    return checksum_right(
        checksum_sum(frame + UDP_AT, bytes, checksum_eight(frame + ADDRESSES_AT, pseudo)));
}

bool fast_is_host(uint32_t network_order)
{
    uint32_t first = network_order & 0xff;

    return first != 0 && first != 127 && first < 224;
}

/* The socket that a datagram to the interface's address is for; mostly that of the last one. NULL: none. */
static struct inet_socket *receiver_of(const uint8_t *frame)
{
    static struct inet_socket *last;
    static uint64_t found_at;
    static uint32_t last_source, last_ports;
    uint32_t source = load32(frame + ADDRESSES_AT);
    uint32_t ports = load32(frame + UDP_AT);

    if (last && found_at == port_changes && last_ports == ports && last_source == source)
        return last;
    struct endpoint from = {.ip = ip_v4(source), .port = get16(frame + UDP_AT)};
    struct endpoint to = {.ip = ip_v4(load32(frame + ADDRESSES_AT + 4)),
                          .port = get16(frame + UDP_AT + 2)};

    last = port_find(IPPROTO_UDP, &to, &from);
    found_at = port_changes;
    last_ports = ports;
    last_source = source;
    return last;
}

bool fast_receive(const struct exo_net_received *entry, const uint8_t *frame)
{
    const uint8_t *udp = frame + UDP_AT;

    /* The kernel has looked at lengths, and gives no place for the transport header of a fragment. */
    if (entry->length < PAYLOAD_AT ||
        load32(frame + ADDRESSES_AT + 4) != netif_ip4_addr(netif_default)->addr ||
        !fast_is_host(load32(frame + ADDRESSES_AT)))
        return false;
    uint32_t bytes = get16(udp + 4);

    if (bytes < 8 || UDP_AT + bytes > entry->length ||
        !checksum_right(checksum_header(frame + IP_AT, 0)) ||
        (load16(udp + 6) && !(entry->flags & EXO_NET_RECEIVED_VERIFIED) &&
         !datagram_right(frame, bytes)))
        return false;
    struct inet_socket *receiver = receiver_of(frame);

    if (!receiver)
        return false;
    struct inet_packet *made = udp_packet(receiver, bytes - 8);

    if (made) {
        memcpy(made->bytes, udp + 8, bytes - 8);
        made->from.ip = ip_v4(load32(frame + ADDRESSES_AT));
        made->from.port = get16(udp);
        made->from.scope = 0;
        made->to = ip_v4(load32(frame + ADDRESSES_AT + 4));
        made->tos = frame[IP_AT + 1];
        made->ttl = frame[IP_AT + 8];
        udp_queue(receiver, made);
    }
    return true;
}

/* The hardware address of a neighbour, as far as lwIP knows it. */
static const struct eth_addr *neighbour(uint32_t ip)
{
    static size_t last;
    ip4_addr_t wanted = {.addr = ip};
    ip4_addr_t *address;
    const ip4_addr_t *found;
    struct netif *netif;
    struct eth_addr *hardware;

    if (etharp_get_entry(last, &address, &netif, &hardware) && address->addr == ip)
        return hardware;
    ssize_t at = etharp_find_addr(netif_default, &wanted, &hardware, &found);

    if (at < 0)
        return NULL;
    last = (size_t)at;
    return hardware;
}

const struct eth_addr *fast_hop(uint32_t destination)
{
    static struct eth_addr last;
    static uint32_t last_destination, found_at;
    const struct netif *netif = netif_default;
    uint32_t hop = destination;

    if (last_destination == destination && found_at == changes && destination)
        return &last;
    if (!fast_is_host(destination))
        return NULL;
    if ((destination ^ netif_ip4_addr(netif)->addr) & netif_ip4_netmask(netif)->addr)
        hop = netif_ip4_gw(netif)->addr;
    const struct eth_addr *found = hop ? neighbour(hop) : NULL;

    if (!found)
        return NULL;
    last = *found;
    last_destination = destination;
    found_at = changes;
    return &last;
}

void fast_ethernet(uint8_t *frame, const struct eth_addr *hop)
{
    memcpy(frame, hop, 6);
    memcpy(frame + 6, netif_default->hwaddr, 6);
    store16(frame + 12, __builtin_bswap16(EXO_NET_IPV4));
}

/* --- Sending --- */

/*
 * How the datagrams of a socket to one place begin, as it was found out for the last one. It holds as long as nobody binds or
 * connects, and lwIP learns nothing new about neighbours.
 */
struct way {
    const struct inet_socket *self; /* NULL: none */
    uint64_t ports;                 /* port_changes then */
    uint32_t changes;               /* and `changes` */
    uint32_t permission;
    uint32_t ip_sum, udp_sum;   /* of what is the same in each; of UDP with the pseudo header */
    uint8_t header[PAYLOAD_AT]; /* lengths, identification and checksums are 0 */
};

#define WAY_COUNT 32u /* a power of two */

static struct way ways[WAY_COUNT];

static struct way *way_to(uint32_t address, uint32_t port)
{
    return &ways[(address >> 24 ^ address >> 16 ^ port ^ port >> 8) %
                 WAY_COUNT]; /* what differs, as on the wire */
}

/* All before the payload, which is in its place. */
static inline void complete(uint8_t *frame, const struct way *way, uint32_t payload)
{
    static uint16_t identification;
    uint8_t *ip = frame + IP_AT;
    uint8_t *udp = frame + UDP_AT;
    uint32_t total = __builtin_bswap16((uint16_t)(payload + 28));
    uint32_t length = __builtin_bswap16((uint16_t)(payload + 8));
    uint32_t number = identification++;

    memcpy(frame, way->header, PAYLOAD_AT);
    store16(ip + 2, total);
    store16(ip + 4, number);
    store16(ip + 10, ~checksum_fold_short(way->ip_sum + total + number));
    store16(udp + 4, length);
    uint32_t sum =
        ~checksum_add(udp + 8, payload, (uint64_t)way->udp_sum + length + length) & 0xffff;

    store16(udp + 6, sum ? sum : 0xffff);
}

/* Posts a datagram. 0; 1: there was no room, nothing happened; -EFAULT. */
static int send_by(const struct way *way, struct message *message)
{
    uint32_t payload = (uint32_t)message->left;
    uint16_t number;
    uint8_t *frame = card_place(PAYLOAD_AT + payload, &number);

    if (!frame)
        return 1;
    if (message_from(message, frame + PAYLOAD_AT, payload)) {
        card_place_drop(number);
        return -EFAULT;
    }
    complete(frame, way, payload);
    card_place_send(number, PAYLOAD_AT + payload, way->permission, false);
    return 0;
}

int fast_send(const struct inet_socket *self, const struct endpoint *from,
              const struct endpoint *to, uint8_t tos, uint8_t ttl, struct message *message)
{
    if (!ip_is_v4(&from->ip) || !ip_is_v4(&to->ip) || message->left + 28 > netif_default->mtu ||
        self->socket.flags & SOCKET_BROADCAST)
        return 1;
    const struct eth_addr *hop = fast_hop(to->ip.word[3]);
    uint32_t permission = hop ? card_permission(from->ip.word[3], IP_UDP, from->port) : 0;

    if (!permission)
        return 1;
    struct way own; /* of this datagram alone: a control message decides about it, too */
    struct way *way = message->control ? &own : way_to(to->ip.word[3], __builtin_bswap16(to->port));
    uint8_t *ip = way->header + IP_AT;
    uint8_t *udp = way->header + UDP_AT;

    memset(way, 0, sizeof *way);
    fast_ethernet(way->header, hop);
    ip[0] = 0x45;
    ip[1] = tos;
    ip[8] = ttl;
    ip[9] = IP_UDP;
    memcpy(ip + 12, &from->ip.word[3], 4);
    memcpy(ip + 16, &to->ip.word[3], 4);
    put16(udp, from->port);
    put16(udp + 2, to->port);
    way->ip_sum = checksum_fold(checksum_header(ip, 0));
    way->udp_sum =
        checksum_fold((uint64_t)(IP_UDP << 8) + load32(ip + 12) + load32(ip + 16) + load32(udp));
    way->permission = permission;
    way->ports = port_changes;
    way->changes = changes;
    way->self = self;
    return send_by(way, message);
}

/* What was kept for a place (as on the wire), if it still holds; NULL. */
static inline const struct way *way_known(const struct inet_socket *self, uint32_t address,
                                          uint32_t port, uint64_t payload)
{
    const struct way *way = way_to(address, port);

    if (way->self != self || way->ports != port_changes || way->changes != changes ||
        load32(way->header + ADDRESSES_AT + 4) != address ||
        load16(way->header + UDP_AT + 2) != port || way->header[IP_AT + 1] != (uint8_t)self->tos ||
        way->header[IP_AT + 8] != (uint8_t)self->ttl || payload + 28 > netif_default->mtu ||
        self->socket.flags & SOCKET_BROADCAST)
        return NULL;
    return way;
}

int stack_send_again(const struct inet_socket *self, struct message *message)
{
    const struct way *way;

    if (message->name_length || !ip_is_v4(&self->remote.ip))
        return 1;
    way = way_known(self, self->remote.ip.word[3], __builtin_bswap16(self->remote.port),
                    message->left);
    return way ? send_by(way, message) : 1;
}

int stack_send_plain(const struct inet_socket *self, uint32_t address, uint32_t port,
                     uaddr_t buffer, uint64_t bytes)
{
    const struct way *way = way_known(self, address, port, bytes);
    uint16_t number;
    uint8_t *frame = way ? card_place(PAYLOAD_AT + (uint32_t)bytes, &number) : NULL;

    if (!frame)
        return 1;
    if (copy_from_user(frame + PAYLOAD_AT, buffer, bytes)) {
        card_place_drop(number);
        return -EFAULT;
    }
    complete(frame, way, (uint32_t)bytes);
    card_place_send(number, PAYLOAD_AT + (uint32_t)bytes, way->permission, false);
    return 0;
}
