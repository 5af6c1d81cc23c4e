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
#define SUM_RIGHT      0xffffu

/* The sum of a datagram with its pseudo header. */
static uint32_t datagram_sum(const uint8_t *frame, uint32_t bytes)
{
    uint64_t pseudo = (uint64_t)(IP_UDP << 8) + __builtin_bswap16((uint16_t)bytes);

    return checksum_add(frame + UDP_AT, bytes, checksum_add(frame + ADDRESSES_AT, 8, pseudo));
}

bool fast_is_host(uint32_t network_order)
{
    uint32_t first = network_order & 0xff;

    return first != 0 && first != 127 && first < 224;
}

/* port_find; mostly the same as for the last datagram. */
static struct inet_socket *receiver_of(const struct endpoint *to, const struct endpoint *from)
{
    static struct inet_socket *last;
    static uint64_t found_at;
    static uint32_t last_from, last_to, last_ports;
    uint32_t ports = (uint32_t)to->port << 16 | from->port;

    if (last && found_at == port_changes && last_ports == ports && last_from == from->ip.word[3] &&
        last_to == to->ip.word[3])
        return last;
    last = port_find(IPPROTO_UDP, to, from);
    found_at = port_changes;
    last_ports = ports;
    last_from = from->ip.word[3];
    last_to = to->ip.word[3];
    return last;
}

bool fast_receive(const struct exo_net_packet *packet)
{
    const uint8_t *frame = packet->bytes;
    const uint8_t *udp = frame + UDP_AT;

    /* The kernel has looked at lengths, and gives no place for the transport header of a fragment. */
    if (packet->network != IP_AT || packet->transport != UDP_AT || frame[IP_AT] != 0x45 ||
        frame[IP_AT + 9] != IP_UDP || packet->length < PAYLOAD_AT ||
        load32(frame + ADDRESSES_AT + 4) != netif_ip4_addr(netif_default)->addr ||
        !fast_is_host(load32(frame + ADDRESSES_AT)))
        return false;
    uint32_t bytes = get16(udp + 4);

    if (bytes < 8 || UDP_AT + bytes > packet->length ||
        checksum_add(frame + IP_AT, 20, 0) != SUM_RIGHT ||
        (load16(udp + 6) && !(packet->flags & EXO_NET_RECEIVED_VERIFIED) &&
         datagram_sum(frame, bytes) != SUM_RIGHT))
        return false;
    struct endpoint from = {.ip = ip_v4(load32(frame + ADDRESSES_AT)), .port = get16(udp)};
    struct endpoint to = {.ip = ip_v4(load32(frame + ADDRESSES_AT + 4)), .port = get16(udp + 2)};
    struct inet_socket *receiver = receiver_of(&to, &from);
    struct message message = {.here = (void *)(uintptr_t)(udp + 8), .left = bytes - 8};

    if (!receiver)
        return false;
    (void)udp_deliver(receiver, &from, &to.ip, frame[IP_AT + 1], frame[IP_AT + 8], &message);
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
    const struct netif *netif = netif_default;

    if (!fast_is_host(destination))
        return NULL;
    if ((destination ^ netif_ip4_addr(netif)->addr) & netif_ip4_netmask(netif)->addr)
        destination = netif_ip4_gw(netif)->addr;
    return destination ? neighbour(destination) : NULL;
}

void fast_ethernet(uint8_t *frame, const struct eth_addr *hop)
{
    memcpy(frame, hop, 6);
    memcpy(frame + 6, netif_default->hwaddr, 6);
    store16(frame + 12, __builtin_bswap16(EXO_NET_IPV4));
}

int fast_send(const struct inet_socket *self, const struct endpoint *from,
              const struct endpoint *to, uint8_t tos, uint8_t ttl, struct message *message)
{
    static uint16_t identification;
    uint32_t bytes = (uint32_t)message->left + 8;
    struct card_frame place;

    if (!ip_is_v4(&from->ip) || !ip_is_v4(&to->ip) || bytes + 20 > netif_default->mtu ||
        self->socket.flags & SOCKET_BROADCAST)
        return 1;
    const struct eth_addr *hop = fast_hop(to->ip.word[3]);
    uint32_t permission = hop ? card_permission(from->ip.word[3], IP_UDP, from->port) : 0;
    uint8_t *frame = permission ? card_frame(&place, UDP_AT + bytes, false) : NULL;

    if (!frame)
        return 1;
    uint8_t *ip = frame + IP_AT;
    uint8_t *udp = frame + UDP_AT;

    if (message_from(message, frame + PAYLOAD_AT, bytes - 8)) {
        card_frame_drop(&place);
        return -EFAULT;
    }
    fast_ethernet(frame, hop);
    ip[0] = 0x45;
    ip[1] = tos;
    store16(ip + 2, __builtin_bswap16((uint16_t)(bytes + 20)));
    store16(ip + 4, identification++);
    store16(ip + 6, 0);
    ip[8] = ttl;
    ip[9] = IP_UDP;
    store16(ip + 10, 0);
    memcpy(ip + 12, &from->ip.word[3], 4);
    memcpy(ip + 16, &to->ip.word[3], 4);
    store16(ip + 10, ~checksum_add(ip, 20, 0));
    store16(udp, __builtin_bswap16(from->port));
    store16(udp + 2, __builtin_bswap16(to->port));
    store16(udp + 4, __builtin_bswap16((uint16_t)bytes));
    store16(udp + 6, 0);
    uint32_t sum = ~datagram_sum(frame, bytes) & 0xffff;

    store16(udp + 6, sum ? sum : 0xffff);
    card_frame_send(&place, permission, false);
    return 0;
}
