/* SPDX-License-Identifier: MIT */
/*
 * gate.c - what lwIP would not do with a packet.
 *
 * A connection in TIME_WAIT makes way for a new one from the same port (RFC 1122 4.2.2.13) and for a reset, as on Linux:
 * behind an address translator ports come again within a minute. Errors that ICMP reports reach the socket that they are
 * about. And a listening socket whose list is full does not see new connections: the client tries again.
 */
#include "libos/linux/net/lwip/gate.h"
#include "lib/exo/bytes.h"
#include "libos/linux/net/stack.h"
#include <lwip/priv/tcp_priv.h>

#define IP4_HEADER    20u
#define IP6_HEADER    40u
#define TCP_HEADER    20u
#define ICMP_HEADER   8u
#define IP4_FRAGMENT  0x3fffu
#define TIME_WAIT_MAX 512u /* connections; the oldest end early, because lwIP walks the list */

/* Where an IP packet comes from and goes to; ports 0: it has none. */
struct flow {
    struct endpoint source, destination;
    const uint8_t *next; /* behind the IP header */
    uint32_t length;     /* from there */
    uint8_t protocol;
    bool fragment;
};

static bool flow_read(struct flow *flow, const uint8_t *ip, uint32_t length)
{
    uint32_t header = IP6_HEADER;

    memset(flow, 0, sizeof *flow);
    if (length >= IP4_HEADER && ip[0] >> 4 == 4) {
        uint32_t address;
        header = (ip[0] & 15u) * 4;
        memcpy(&address, ip + 12, 4);
        flow->source.ip = ip_v4(address);
        memcpy(&address, ip + 16, 4);
        flow->destination.ip = ip_v4(address);
        flow->protocol = ip[9];
        flow->fragment = get16(ip + 6) & IP4_FRAGMENT;
    } else if (length >= IP6_HEADER && ip[0] >> 4 == 6) {
        memcpy(&flow->source.ip, ip + 8, 16);
        memcpy(&flow->destination.ip, ip + 24, 16);
        flow->protocol = ip[6];
    } else {
        return false;
    }
    if (header < IP4_HEADER || length < header + 4)
        return false;
    flow->next = ip + header;
    flow->length = length - header;
    if ((flow->protocol == IPPROTO_TCP || flow->protocol == IPPROTO_UDP) && !flow->fragment) {
        flow->source.port = get16(flow->next);
        flow->destination.port = get16(flow->next + 2);
    }
    return true;
}

/* --- TIME_WAIT --- */

static bool is_address(const ip_addr_t *a, const struct inet_ip *b)
{
    if (IP_IS_V4(a) != ip_is_v4(b))
        return false;
    return IP_IS_V4(a) ? ip_2_ip4(a)->addr == b->word[3] : !memcmp(ip_2_ip6(a)->addr, b, 16);
}

static void time_wait_end(struct tcp_pcb *pcb)
{
    tcp_pcb_remove(&tcp_tw_pcbs, pcb);
    tcp_free(pcb);
}

/* A SYN or RST: may it end a connection in TIME_WAIT? */
static void time_wait_look(const struct flow *flow)
{
    uint32_t sequence = get32(flow->next + 4);
    bool syn = flow->next[13] & TCP_SYN;
    struct tcp_pcb *last = NULL;
    uint32_t count = 0;

    for (struct tcp_pcb *pcb = tcp_tw_pcbs; pcb; pcb = pcb->next) {
        if (pcb->remote_port == flow->source.port && pcb->local_port == flow->destination.port &&
            is_address(&pcb->remote_ip, &flow->source.ip) &&
            is_address(&pcb->local_ip, &flow->destination.ip)) {
            if (syn ? TCP_SEQ_GT(sequence, pcb->rcv_nxt) : sequence == pcb->rcv_nxt)
                time_wait_end(pcb);
            return;
        }
        last = pcb;
        count++;
    }
    if (syn && count >= TIME_WAIT_MAX)
        time_wait_end(last);
}

/* --- Errors --- */

struct meaning {
    uint8_t error;
    bool fatal; /* also for those who did not ask for errors */
};

static struct meaning meaning4(uint8_t type, uint8_t code)
{
    static const struct meaning unreachable[] = {
        {ENETUNREACH, false},  {EHOSTUNREACH, false}, {ENOPROTOOPT, true},  {ECONNREFUSED, true},
        {EMSGSIZE, false},     {EOPNOTSUPP, false},   {ENETUNREACH, true},  {EHOSTDOWN, true},
        {ENONET, true},        {ENETUNREACH, true},   {EHOSTUNREACH, true}, {ENETUNREACH, false},
        {EHOSTUNREACH, false}, {EHOSTUNREACH, true},  {EHOSTUNREACH, true}, {EHOSTUNREACH, true},
    };

    if (type == 3 && code < sizeof unreachable / sizeof *unreachable)
        return unreachable[code];
    if (type == 11)
        return (struct meaning){EHOSTUNREACH, false};
    return (struct meaning){type == 12 ? EPROTO : 0, true};
}

static struct meaning meaning6(uint8_t type, uint8_t code)
{
    static const struct meaning unreachable[] = {
        {ENETUNREACH, false}, {EACCES, true}, {EHOSTUNREACH, false}, {EHOSTUNREACH, false},
        {ECONNREFUSED, true}, {EACCES, true}, {EACCES, true},
    };

    if (type == 1 && code < sizeof unreachable / sizeof *unreachable)
        return unreachable[code];
    if (type == 3)
        return (struct meaning){EHOSTUNREACH, false};
    return (struct meaning){type == 4 ? EPROTO : 0, true};
}

static struct inet_socket *connecting(const struct flow *sent)
{
    list_for_each (node, &inet_sockets) {
        struct inet_socket *socket = list_item(node, struct inet_socket, all);
        if (socket->state == TCP_SYN_SENT && socket->pcb &&
            socket->local.port == sent->source.port &&
            socket->remote.port == sent->destination.port &&
            ip_equal(&socket->local.ip, &sent->source.ip) &&
            ip_equal(&socket->remote.ip, &sent->destination.ip))
            return socket;
    }
    return NULL;
}

/* An ICMP message; what it quotes is a packet of ours, if it is honest. */
static void error_look(const struct flow *flow)
{
    struct meaning means = flow->protocol == IPPROTO_ICMP ? meaning4(flow->next[0], flow->next[1])
                                                          : meaning6(flow->next[0], flow->next[1]);
    struct inet_socket *socket;
    struct flow sent;

    if (!means.error || means.error == EMSGSIZE || flow->length < ICMP_HEADER ||
        !flow_read(&sent, flow->next + ICMP_HEADER, flow->length - ICMP_HEADER) || sent.fragment ||
        !stack_owns(&sent.source.ip))
        return;
    if (sent.protocol == IPPROTO_UDP) {
        socket = port_find(IPPROTO_UDP, &sent.source, &sent.destination);
        if (socket)
            udp_error(socket, means.error, means.fatal);
    } else if (sent.protocol == IPPROTO_TCP && sent.length >= 8) {
        socket = connecting(&sent);
        if (socket)
            stack_unreachable(socket, get32(sent.next + 4), means.error);
    }
}

/* Most packets are TCP segments of a connection: they cost two loads. */
static bool is_plain(const struct exo_net_packet *packet)
{
    uint32_t at = packet->transport;

    return at &&
           (packet->length < at + TCP_HEADER || !(packet->bytes[at + 13] & (TCP_SYN | TCP_RST)));
}

void gate_look(const struct exo_net_packet *packet)
{
    uint32_t at = packet->network;
    struct flow flow;
    uint8_t flags;

    if (!at || packet->length < at || is_plain(packet) ||
        !flow_read(&flow, packet->bytes + at, packet->length - at) || flow.fragment)
        return;
    if (flow.protocol == IPPROTO_TCP && flow.length >= TCP_HEADER) {
        flags = flow.next[13] & (TCP_SYN | TCP_RST | TCP_ACK);
        if (flags == TCP_SYN || flags & TCP_RST)
            time_wait_look(&flow);
    } else if (flow.protocol == IPPROTO_ICMP || flow.protocol == IPPROTO_ICMPV6) {
        error_look(&flow);
    }
}

/* lwIP itself knows routers by their advertisements only. */
const struct ip6_addr *gate_router(void)
{
    static struct ip6_addr router;
    const struct instance_net *net = exo_net_config();

    if (ip6_addr_isany(&router)) {
        memcpy(router.addr, net->gateway6, sizeof router.addr);
        if (ip6_addr_isany(&router))
            return NULL;
        ip6_addr_assign_zone(&router, IP6_UNICAST, netif_default);
    }
    return &router;
}

err_t gate_admits(const struct tcp_pcb *pcb, const struct tcp_hdr *header)
{
    const struct inet_socket *listener = pcb->callback_arg;

    if (pcb->state != LISTEN || !listener || !(TCPH_FLAGS(header) & TCP_SYN))
        return ERR_OK;
    return listener->embryo_count > listener->backlog ? ERR_ABRT : ERR_OK;
}
