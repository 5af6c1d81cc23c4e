/* SPDX-License-Identifier: MIT */
/*
 * netlink.c - AF_NETLINK: NETLINK_ROUTE as far as programs ask for interfaces, addresses and routes.
 *
 * A request is answered at once: the answer waits in the socket as whole datagrams. Requests that would change something
 * are refused with EPERM: what the instance has is given by its manifest. Nothing is ever announced to groups.
 */
#include "libos/linux/net/interface.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include <linux/poll.h>

#define AF_NETLINK    16
#define NETLINK_ROUTE 0

#define NLMSG_ERROR   2
#define NLMSG_DONE    3
#define NLM_F_REQUEST 0x1
#define NLM_F_MULTI   0x2
#define NLM_F_ACK     0x4
#define NLM_F_DUMP    0x300

#define RTM_NEWLINK  16
#define RTM_GETLINK  18
#define RTM_NEWADDR  20
#define RTM_GETADDR  22
#define RTM_NEWROUTE 24
#define RTM_GETROUTE 26
#define RTM_GETRULE  34
#define RTM_GETNEIGH 30

#define DATAGRAM_MAX 8192u /* of one answer */
#define REQUEST_MAX  4096u

struct netlink_header {
    uint32_t length;
    uint16_t type, flags;
    uint32_t sequence, port;
};

struct netlink_packet {
    struct list node;
    uint32_t length;
    uint8_t bytes[];
};

struct netlink_socket {
    struct socket socket;  /* first */
    uint32_t port, groups; /* port 0: not bound */
    struct list packets;
    struct list all;
};

static struct list netlink_sockets = {&netlink_sockets, &netlink_sockets};
static const struct socket_ops netlink_ops;

/* --- Building answers --- */

struct answer {
    struct netlink_socket *self;
    struct netlink_packet *packet; /* being filled; DATAGRAM_MAX bytes */
    uint32_t message;              /* where the present message begins */
    uint32_t sequence;
    uint16_t flags;
    bool failed;
};

static void packet_close(struct answer *answer)
{
    if (!answer->packet)
        return;
    list_add_tail(&answer->self->packets, &answer->packet->node);
    answer->packet = NULL;
    socket_wake(&answer->self->socket.receive_wait);
}

static void put(struct answer *answer, const void *bytes, uint32_t count)
{
    uint32_t padded = (count + 3) & ~3u;

    if (answer->failed)
        return;
    memset(answer->packet->bytes + answer->packet->length, 0, padded);
    memcpy(answer->packet->bytes + answer->packet->length, bytes, count);
    answer->packet->length += padded;
}

/* A message is small: one that begins below the last KiB of a datagram fits. */
static void message_begin(struct answer *answer, uint16_t type)
{
    struct netlink_header header = {0, type, answer->flags, answer->sequence, answer->self->port};

    if (answer->packet && answer->packet->length > DATAGRAM_MAX - 1024)
        packet_close(answer);
    if (!answer->packet) {
        answer->packet = heap_alloc(sizeof *answer->packet + DATAGRAM_MAX);
        if (!answer->packet) {
            answer->failed = true;
            return;
        }
        answer->packet->length = 0;
        list_init(&answer->packet->node);
    }
    answer->message = answer->packet->length;
    put(answer, &header, sizeof header);
}

static void message_end(struct answer *answer)
{
    uint32_t length;

    if (answer->failed)
        return;
    length = answer->packet->length - answer->message;
    memcpy(answer->packet->bytes + answer->message, &length, 4);
}

static void attribute(struct answer *answer, uint16_t type, const void *bytes, uint16_t count)
{
    uint16_t head[2] = {(uint16_t)(count + 4), type};

    put(answer, head, sizeof head);
    put(answer, bytes, count);
}

static void attribute32(struct answer *answer, uint16_t type, uint32_t value)
{
    attribute(answer, type, &value, sizeof value);
}

static void attribute_text(struct answer *answer, uint16_t type, const char *text)
{
    attribute(answer, type, text, (uint16_t)(strlen(text) + 1));
}

static void attribute_ip(struct answer *answer, uint16_t type, const struct inet_ip *ip)
{
    if (ip_is_v4(ip))
        attribute(answer, type, &ip->word[3], 4);
    else
        attribute(answer, type, ip, 16);
}

static void link_message(struct answer *answer, const struct interface *interface)
{
    struct {
        uint8_t family, pad;
        uint16_t kind;
        int32_t index;
        uint32_t flags, change;
    } body = {0,
              0,
              (uint16_t)interface->kind,
              (int32_t)interface->index,
              interface->flags | INTERFACE_LOWER_UP,
              0};
    uint64_t counters[24] = {0};
    uint8_t state = interface->index == INTERFACE_LOOPBACK ? 0 : 6; /* unknown, up */
    uint8_t broadcast[6];

    memset(broadcast, interface->index == INTERFACE_LOOPBACK ? 0 : 0xff, sizeof broadcast);
    message_begin(answer, RTM_NEWLINK);
    put(answer, &body, sizeof body);
    attribute_text(answer, 3 /* IFLA_IFNAME */, interface->name);
    attribute32(answer, 13 /* TXQLEN */, 1000);
    attribute(answer, 16 /* OPERSTATE */, &state, 1);
    attribute32(answer, 4 /* MTU */, interface->mtu);
    attribute32(answer, 27 /* GROUP */, 0);
    attribute32(answer, 31 /* NUM_TX_QUEUES */, 1);
    attribute32(answer, 32 /* NUM_RX_QUEUES */, 1);
    attribute_text(answer, 6 /* QDISC */,
                   interface->index == INTERFACE_LOOPBACK ? "noqueue" : "fq_codel");
    attribute(answer, 1 /* ADDRESS */, interface->hardware, 6);
    attribute(answer, 2 /* BROADCAST */, broadcast, 6);
    attribute(answer, 23 /* STATS64 */, counters, sizeof counters);
    message_end(answer);
}

static void address_message(struct answer *answer, const struct interface_address *address)
{
    bool v4 = ip_is_v4(&address->ip);
    bool loopback = address->index == INTERFACE_LOOPBACK;
    struct {
        uint8_t family, prefix, flags, scope;
        uint32_t index;
    } body = {v4 ? AF_INET : AF_INET6, (uint8_t)address->prefix, 0x80 /* permanent */,
              loopback ? 254 : 0, address->index};
    uint32_t forever[4] = {UINT32_MAX, UINT32_MAX, 0, 0};
    struct interface interface;

    (void)interface_find(address->index, NULL, &interface);
    message_begin(answer, RTM_NEWADDR);
    put(answer, &body, sizeof body);
    attribute_ip(answer, 1 /* IFA_ADDRESS */, &address->ip);
    if (v4) {
        uint32_t broadcast = address->ip.word[3] |
                             __builtin_bswap32((uint32_t)((1ul << (32 - address->prefix)) - 1));
        attribute_ip(answer, 2 /* LOCAL */, &address->ip);
        if (!loopback)
            attribute32(answer, 4 /* BROADCAST */, broadcast);
        attribute_text(answer, 3 /* LABEL */, interface.name);
    }
    attribute32(answer, 8 /* FLAGS */, 0x80);
    attribute(answer, 6 /* CACHEINFO */, forever, sizeof forever);
    message_end(answer);
}

static void route_message(struct answer *answer, const struct interface_route *route)
{
    bool v4 = ip_is_v4(&route->to);
    bool direct = ip_is_any(&route->gateway);
    struct {
        uint8_t family, to_bits, from_bits, tos, table, protocol, scope, type;
        uint32_t flags;
    } body = {v4 ? AF_INET : AF_INET6,
              (uint8_t)route->prefix,
              0,
              0,
              route->local ? 255 : 254,
              direct ? 2 : 3, /* kernel, boot */
              (uint8_t)(route->local   ? 254
                        : direct && v4 ? 253
                                       : 0),
              route->local ? 2 : 1,
              0};

    message_begin(answer, RTM_NEWROUTE);
    put(answer, &body, sizeof body);
    attribute32(answer, 15 /* RTA_TABLE */, body.table);
    if (route->prefix)
        attribute_ip(answer, 1 /* DST */, &route->to);
    if (!direct)
        attribute_ip(answer, 5 /* GATEWAY */, &route->gateway);
    else if (v4)
        attribute_ip(answer, 7 /* PREFSRC */, &route->source);
    attribute32(answer, 4 /* OIF */, route->index);
    message_end(answer);
}

static void error_message(struct answer *answer, const struct netlink_header *request, int error)
{
    int32_t code = error;

    answer->flags = 0;
    message_begin(answer, NLMSG_ERROR);
    put(answer, &code, sizeof code);
    put(answer, request, sizeof *request);
    message_end(answer);
}

/* --- Requests --- */

static bool family_fits(uint8_t wanted, bool v4)
{
    return !wanted || wanted == (v4 ? AF_INET : AF_INET6);
}

static void dump(struct answer *answer, uint16_t type, uint8_t family, uint32_t index)
{
    struct interface interface;
    struct interface_address address;
    struct interface_route route;
    uint32_t done = 0;

    answer->flags = NLM_F_MULTI;
    for (uint32_t n = 0; type == RTM_GETLINK && interface_at(n, &interface); n++)
        if (!index || interface.index == index)
            link_message(answer, &interface);
    for (uint32_t n = 0; type == RTM_GETADDR && interface_address_at(n, &address); n++)
        if (family_fits(family, ip_is_v4(&address.ip)) && (!index || address.index == index))
            address_message(answer, &address);
    for (uint32_t n = 0; type == RTM_GETROUTE && interface_route_at(n, &route); n++)
        if (family_fits(family, ip_is_v4(&route.to)))
            route_message(answer, &route);
    message_begin(answer, NLMSG_DONE);
    put(answer, &done, sizeof done);
    message_end(answer);
}

/* RTM_GETROUTE of one destination: the way to it. */
static int route_get(struct answer *answer, const uint8_t *body, uint32_t length)
{
    struct inet_ip to = {0};
    struct interface_route route;
    struct interface_route best;
    bool found = false;
    bool v4 = body[0] == AF_INET;

    for (uint32_t at = 12; at + 4 <= length;) {
        uint16_t head[2];
        memcpy(head, body + at, 4);
        if (head[0] < 4 || head[0] > length - at)
            return -EINVAL;
        if (head[1] == 1 && head[0] == (v4 ? 8 : 20))
            memcpy(v4 ? (uint8_t *)&to.word[3] : to.byte, body + at + 4, v4 ? 4 : 16);
        at += (head[0] + 3u) & ~3u;
    }
    if (v4)
        to = ip_v4(to.word[3]);
    for (uint32_t n = 0; interface_route_at(n, &route); n++) {
        uint32_t bits = route.prefix + (v4 ? 96 : 0);
        bool match = ip_is_v4(&route.to) == v4;
        for (uint32_t i = 0; i < bits && match; i++)
            match = !((route.to.byte[i / 8] ^ to.byte[i / 8]) & 0x80 >> i % 8);
        if (match && (!found || route.prefix > best.prefix)) {
            best = route;
            found = true;
        }
    }
    if (!found)
        return -ENETUNREACH;
    best.to = to;
    best.prefix = v4 ? 32 : 128;
    route_message(answer, &best);
    return 0;
}

static int request(struct answer *answer, const struct netlink_header *header, const uint8_t *body,
                   uint32_t length)
{
    struct interface interface;
    int32_t index = 0;

    answer->sequence = header->sequence;
    answer->flags = 0;
    if (!(header->flags & NLM_F_REQUEST) || header->type < RTM_NEWLINK)
        return 0;
    switch (header->type) {
    case RTM_GETLINK:
        if ((header->flags & NLM_F_DUMP) == NLM_F_DUMP)
            break;
        if (length >= 8)
            memcpy(&index, body + 4, 4);
        if (length >= 24 && !index) { /* by name: the attribute after struct ifinfomsg */
            uint16_t head[2];
            char name[16] = "";
            memcpy(head, body + 16, 4);
            if (head[1] != 3 || head[0] < 5 || head[0] - 4u > sizeof name || head[0] > length - 16)
                return -EINVAL;
            memcpy(name, body + 20, head[0] - 4u);
            name[sizeof name - 1] = '\0';
            if (!interface_find(0, name, &interface))
                return -ENODEV;
        } else if (!interface_find((uint32_t)index, NULL, &interface)) {
            return -ENODEV;
        }
        link_message(answer, &interface);
        return 0;
    case RTM_GETROUTE:
        if ((header->flags & NLM_F_DUMP) == NLM_F_DUMP)
            break;
        return length >= 12 ? route_get(answer, body, length) : -EINVAL;
    case RTM_GETADDR:
    case RTM_GETRULE:
    case RTM_GETNEIGH:
        if ((header->flags & NLM_F_DUMP) != NLM_F_DUMP)
            return -EOPNOTSUPP;
        break;
    default:
        if ((header->type & 3) != 2) /* new, delete, set */
            return (int)unimplemented(
                -EPERM, "netlink request %u: addresses and routes are given by the manifest",
                header->type);
        return (int)unimplemented(-EOPNOTSUPP, "netlink request %u", header->type);
    }
    dump(answer, header->type, length ? body[0] : 0, 0);
    return 1; /* answered; no acknowledgement */
}

static int64_t netlink_send(struct socket *socket, struct message *message);

static int autobind(struct netlink_socket *self)
{
    static uint32_t next = 0xfffff000u;
    uint32_t port = (uint32_t)current()->process->pid;
    bool taken = true;

    if (self->port)
        return 0;
    while (taken) {
        taken = false;
        list_for_each (node, &netlink_sockets)
            taken |= list_item(node, struct netlink_socket, all)->port == port;
        if (taken)
            port = next--;
    }
    self->port = port;
    return 0;
}

static int64_t netlink_send(struct socket *socket, struct message *message)
{
    struct netlink_socket *self = (struct netlink_socket *)socket;
    struct answer answer = {.self = self};
    uint32_t bytes = (uint32_t)min_of(message->left, (uint64_t)REQUEST_MAX + 1);
    uint64_t total = message->left;
    uint32_t port = 0;
    uint8_t *copy;
    int error;

    if (message->flags & MSG_OOB)
        return -EOPNOTSUPP;
    if (message->name_length) {
        if (message->name_length < 12 || message->name->family != AF_NETLINK)
            return -EINVAL;
        memcpy(&port, message->name->bytes + 4, 4);
    }
    if (port)
        return -ECONNREFUSED;
    if (bytes > REQUEST_MAX)
        return -EMSGSIZE;
    (void)autobind(self);
    copy = heap_alloc(bytes + 1);
    if (!copy)
        return -ENOBUFS;
    error = message_from(message, copy, bytes);
    for (uint32_t at = 0; !error && bytes - at >= sizeof(struct netlink_header);) {
        struct netlink_header header;
        memcpy(&header, copy + at, sizeof header);
        if (header.length < sizeof header || header.length > bytes - at)
            break;
        int result = request(&answer, &header, copy + at + sizeof header,
                             header.length - (uint32_t)sizeof header);
        if (result < 0 || (result == 0 && (header.flags & NLM_F_ACK)))
            error_message(&answer, &header, result);
        at += min_of((header.length + 3) & ~3u, bytes - at);
    }
    packet_close(&answer);
    heap_free(copy);
    if (answer.failed)
        socket->error = ENOBUFS;
    return error ? error : (int64_t)total;
}

static int64_t netlink_receive(struct socket *socket, struct message *message)
{
    struct netlink_socket *self = (struct netlink_socket *)socket;
    uint64_t deadline = 0;
    struct netlink_packet *packet;
    uint64_t part;
    int error = 0;

    while (!error && list_empty(&self->packets)) {
        if (socket->error)
            return socket_error(socket);
        if (message->flags & MSG_DONTWAIT)
            return -EAGAIN;
        if (!deadline)
            deadline = socket_deadline(socket->receive_timeout);
        error = socket_sleep(&socket->receive_wait, deadline);
    }
    if (error)
        return error;
    packet = list_item(self->packets.next, struct netlink_packet, node);
    part = min_of(message->left, (uint64_t)packet->length);
    error = message_to(message, packet->bytes, part);
    if (part < packet->length)
        message->result |= MSG_TRUNC;
    if (message->name) {
        memset(message->name->bytes, 0, 12);
        message->name->family = AF_NETLINK;
        message->name_length = 12;
    }
    if (message->flags & MSG_TRUNC)
        part = packet->length;
    if (!(message->flags & MSG_PEEK)) {
        list_remove(&packet->node);
        heap_free(packet);
    }
    return error ? error : (int64_t)part;
}

/* --- The rest --- */

static int netlink_bind(struct socket *socket, const struct socket_address *address,
                        uint32_t length)
{
    struct netlink_socket *self = (struct netlink_socket *)socket;
    uint32_t port;
    uint32_t groups;

    if (length < 12 || address->family != AF_NETLINK)
        return -EINVAL;
    memcpy(&port, address->bytes + 4, 4);
    memcpy(&groups, address->bytes + 8, 4);
    if (self->port && self->port != port)
        return -EINVAL;
    list_for_each (node, &netlink_sockets) {
        struct netlink_socket *other = list_item(node, struct netlink_socket, all);
        if (port && other != self && other->port == port)
            return -EADDRINUSE;
    }
    self->groups = groups; /* nothing changes, so nothing is announced */
    self->port = port;
    return port ? 0 : autobind(self);
}

static int netlink_connect(struct socket *socket, const struct socket_address *address,
                           uint32_t length, bool wait)
{
    (void)wait;
    if (length < 2)
        return -EINVAL;
    if (address->family == AF_UNSPEC)
        return 0;
    return address->family == AF_NETLINK && length >= 12 ? autobind((struct netlink_socket *)socket)
                                                         : -EINVAL;
}

static int netlink_name(struct socket *socket, bool peer, struct socket_address *address)
{
    struct netlink_socket *self = (struct netlink_socket *)socket;

    memset(address->bytes, 0, 12);
    address->family = AF_NETLINK;
    if (!peer) {
        memcpy(address->bytes + 4, &self->port, 4);
        memcpy(address->bytes + 8, &self->groups, 4);
    }
    return 12;
}

static uint32_t netlink_poll(struct socket *socket)
{
    struct netlink_socket *self = (struct netlink_socket *)socket;

    return POLLOUT | POLLWRNORM | (list_empty(&self->packets) ? 0 : POLLIN | POLLRDNORM) |
           (socket->error ? POLLERR : 0);
}

static int64_t netlink_ioctl(struct socket *socket, uint32_t number, uaddr_t argument)
{
    (void)socket;
    return interface_ioctl(number, argument);
}

/* Options of SOL_NETLINK: extended acknowledgements, strict checks and more detail are hints. */
static int netlink_set_option(struct socket *socket, int level, int name, uaddr_t value,
                              uint32_t length)
{
    (void)socket;
    (void)value;
    if (level != 270 || length < 4)
        return -ENOPROTOOPT;
    switch (name) {
    case 1: /* NETLINK_ADD_MEMBERSHIP, DROP: nothing is announced */
    case 2:
        return 0;
    case 10: /* CAP_ACK */
    case 11: /* EXT_ACK */
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}

static void netlink_release(struct socket *socket)
{
    struct netlink_socket *self = (struct netlink_socket *)socket;

    while (!list_empty(&self->packets)) {
        struct netlink_packet *packet = list_item(self->packets.next, struct netlink_packet, node);
        list_remove(&packet->node);
        heap_free(packet);
    }
    list_remove(&self->all);
    heap_free(self);
}

static const struct socket_ops netlink_ops = {
    .file = &inet_file_ops,
    .bind = netlink_bind,
    .connect = netlink_connect,
    .name = netlink_name,
    .send = netlink_send,
    .receive = netlink_receive,
    .poll = netlink_poll,
    .ioctl = netlink_ioctl,
    .set_option = netlink_set_option,
    .release = netlink_release,
};

int netlink_create(uint32_t type, int protocol, struct socket **out)
{
    struct netlink_socket *socket;

    if (type != SOCK_DGRAM && type != SOCK_RAW)
        return -ESOCKTNOSUPPORT;
    if (protocol < 0 || protocol >= 32)
        return -EPROTONOSUPPORT;
    if (protocol != NETLINK_ROUTE)
        return (int)unimplemented(-EPROTONOSUPPORT, "netlink protocol %d", protocol);
    socket = heap_zalloc(sizeof *socket);
    if (!socket)
        return -ENOMEM;
    socket_init(&socket->socket, &netlink_ops, AF_NETLINK, type, protocol);
    list_init(&socket->packets);
    list_add_tail(&netlink_sockets, &socket->all);
    *out = &socket->socket;
    return 0;
}
