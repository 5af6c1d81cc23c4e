/* SPDX-License-Identifier: MIT */
/*
 * proc.c - /proc/net.
 */
#include "libos/linux/net/socket.h"
#include "libos/linux/net/unix.h"
#include "libos/linux/net/interface.h"
#include "libos/linux/net/stack.h"

#define ACCEPTS 0x10000u /* of the flags of /proc/net/unix */

/* As the states of enum socket_state in <linux/net.h>. */
static uint32_t unix_state(const struct unix_socket *socket)
{
    if (!socket->socket.file)
        return 2; /* connecting: not accepted yet */
    return socket->socket.state == SOCKET_CONNECTED ? 3 : 1;
}

static int unix_text(struct text *text, uint64_t key)
{
    (void)key;
    text_add(text, "Num       RefCount Protocol Flags    Type St Inode Path\n");
    list_for_each (node, &unix_sockets) {
        const struct unix_socket *socket = list_item(node, struct unix_socket, all);
        const struct unix_name *name = socket->name;
        char path[UNIX_PATH_MAX + 2] = "";
        if (socket->dead)
            continue;
        if (name) {
            uint32_t length = name->length - UNIX_PATH_OFFSET;
            bool is_path = name->path[0];
            memcpy(path, name->path, length);
            for (uint32_t i = 0; i < length; i++)
                if (!path[i] && !(is_path && i + 1 == length))
                    path[i] = '@';
        }
        text_add(text, "%016x: %08x %08x %08x %04x %02x %5lu%s%s\n", 0u, socket->count, 0u,
                 socket->socket.state == SOCKET_LISTENING ? ACCEPTS : 0u, socket->socket.type,
                 unix_state(socket),
                 socket->socket.file ? (unsigned long)socket->socket.file->inode->number : 0ul,
                 name ? " " : "", path);
    }
    return 0;
}

/* --- Internet sockets --- */

static void endpoint_add(struct text *text, const struct endpoint *endpoint, bool v4)
{
    if (v4)
        text_add(text, "%08X:%04X ", endpoint->ip.word[3], endpoint->port);
    else
        text_add(text, "%08X%08X%08X%08X:%04X ", endpoint->ip.word[0], endpoint->ip.word[1],
                 endpoint->ip.word[2], endpoint->ip.word[3], endpoint->port);
}

static void socket_line(struct text *text, uint32_t number, const struct inet_socket *socket)
{
    bool v4 = socket->socket.family == AF_INET;
    bool tcp = socket->socket.protocol == IPPROTO_TCP;
    struct endpoint nobody = {.port = 0};

    if (v4)
        nobody.ip = ip_v4(0);
    uint32_t state = tcp ? socket->state : socket->remote.port ? 1 : 7;
    uint32_t out = tcp && socket->pcb ? stack_unacknowledged(socket) : 0;
    uint32_t in = tcp ? socket->state == TCP_LISTEN ? socket->embryo_count : socket->ring.count
                      : socket->receive_charge;

    text_add(text, tcp ? "%4u: " : "%5u: ", number);
    endpoint_add(text, &socket->local, v4);
    endpoint_add(text, socket->remote.port ? &socket->remote : &nobody, v4);
    text_add(text, "%02X %08X:%08X %02X:%08X %08X %5u %8u %lu %u 0000000000000000", state, out, in,
             0u, 0u, 0u, socket->owner, 0u,
             socket->socket.file ? (unsigned long)socket->socket.file->inode->number : 0ul,
             socket->socket.file ? 1u : 0u);
    if (tcp)
        text_add(text, " 100 0 0 10 0\n");
    else
        text_add(text, " %lu\n", (unsigned long)socket->drops);
}

static void socket_lines(struct text *text, uint32_t family, int protocol)
{
    uint32_t number = 0;

    list_for_each (node, &inet_sockets) {
        const struct inet_socket *socket = list_item(node, struct inet_socket, all);
        if (socket->socket.family == family && socket->socket.protocol == protocol &&
            (socket->local.port || socket->remote.port))
            socket_line(text, number++, socket);
    }
}

static int tcp_text(struct text *text, uint64_t key)
{
    (void)key;
    text_add(text, "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   "
                   "uid  timeout inode"
                   "                                                     \n");
    socket_lines(text, AF_INET, IPPROTO_TCP);
    return 0;
}

static int tcp6_text(struct text *text, uint64_t key)
{
    (void)key;
    text_add(text, "  sl  local_address                         remote_address                     "
                   "   st tx_queue "
                   "rx_queue tr tm->when retrnsmt   uid  timeout inode\n");
    socket_lines(text, AF_INET6, IPPROTO_TCP);
    return 0;
}

static int udp_text(struct text *text, uint64_t key)
{
    (void)key;
    text_add(text, "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   "
                   "uid  timeout inode "
                   "ref pointer drops            \n");
    socket_lines(text, AF_INET, IPPROTO_UDP);
    return 0;
}

static int udp6_text(struct text *text, uint64_t key)
{
    (void)key;
    text_add(text, "  sl  local_address                         remote_address                     "
                   "   st tx_queue "
                   "rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n");
    socket_lines(text, AF_INET6, IPPROTO_UDP);
    return 0;
}

static int sockstat_text(struct text *text, uint64_t key)
{
    uint32_t count[2][2] = {{0}}; /* [IPv6][UDP] */
    uint32_t all = 0;

    list_for_each (node, &inet_sockets) {
        const struct inet_socket *socket = list_item(node, struct inet_socket, all);
        count[socket->socket.family == AF_INET6][socket->socket.protocol == IPPROTO_UDP]++;
        all++;
    }
    list_for_each (node, &unix_sockets)
        all++;
    if (key) {
        text_add(text,
                 "TCP6: inuse %u\nUDP6: inuse %u\nUDPLITE6: inuse 0\nRAW6: inuse 0\nFRAG6: inuse 0 "
                 "memory 0\n",
                 count[1][0], count[1][1]);
        return 0;
    }
    text_add(text,
             "sockets: used %u\nTCP: inuse %u orphan 0 tw 0 alloc %u mem 0\nUDP: inuse %u mem 0\n",
             all, count[0][0], count[0][0] + count[1][0], count[0][1]);
    text_add(text, "UDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n");
    return 0;
}

static int sockstat6_text(struct text *text, uint64_t key)
{
    (void)key;
    return sockstat_text(text, 1);
}

/* --- Interfaces --- */

/* LIMIT: traffic inside the instance never passes an interface and is counted nowhere. */
static int dev_text(struct text *text, uint64_t key)
{
    struct interface interface;

    (void)key;
    text_add(text, "Inter-|   Receive                                                |  Transmit\n"
                   " face |bytes    packets errs drop fifo frame compressed multicast|bytes    "
                   "packets errs drop fifo "
                   "colls carrier compressed\n");
    for (uint32_t n = 0; interface_at(n, &interface); n++) {
        struct stack_count count = {0};
        if (interface.index == INTERFACE_CARD)
            stack_count(&count);
        text_add(text,
                 "%6s: %7lu %7lu    0    0    0     0          0         0 %8lu %7lu    0    0    "
                 "0     0       0"
                 "          0\n",
                 interface.name, (unsigned long)count.received_bytes, (unsigned long)count.received,
                 (unsigned long)count.sent_bytes, (unsigned long)count.sent);
    }
    return 0;
}

static int route_text(struct text *text, uint64_t key)
{
    struct interface_route route;
    struct interface interface;

    (void)key;
    text_add(text,
             "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT"
             "                                                       \n");
    for (uint32_t n = 0; interface_route_at(n, &route); n++) {
        if (!ip_is_v4(&route.to) || route.local || route.index == INTERFACE_LOOPBACK ||
            !interface_find(route.index, NULL, &interface))
            continue;
        text_add(text, "%s\t%08X\t%08X\t%04X\t0\t0\t0\t%08X\t0\t0\t0\n", interface.name,
                 route.to.word[3], route.gateway.word[3], ip_is_any(&route.gateway) ? 1u : 3u,
                 route.prefix ? __builtin_bswap32(UINT32_MAX << (32 - route.prefix)) : 0u);
    }
    return 0;
}

static int if_inet6_text(struct text *text, uint64_t key)
{
    struct interface_address address;
    struct interface interface;

    (void)key;
    for (uint32_t n = 0; interface_address_at(n, &address); n++) {
        if (ip_is_v4(&address.ip) || !interface_find(address.index, NULL, &interface))
            continue;
        for (uint32_t i = 0; i < 16; i++)
            text_add(text, "%02x", address.ip.byte[i]);
        text_add(text, " %02x %02x %02x 80 %8s\n", address.index, address.prefix,
                 address.index == INTERFACE_LOOPBACK ? 0x10u
                 : address.ip.byte[0] == 0xfe        ? 0x20u
                                                     : 0u,
                 interface.name);
    }
    return 0;
}

int procnet_start(struct dentry *root)
{
    static const struct {
        const char *name;
        text_maker make;
    } file[] = {{"unix", unix_text},         {"tcp", tcp_text},
                {"tcp6", tcp6_text},         {"udp", udp_text},
                {"udp6", udp6_text},         {"dev", dev_text},
                {"route", route_text},       {"if_inet6", if_inet6_text},
                {"sockstat", sockstat_text}, {"sockstat6", sockstat6_text}};
    struct dentry *net = pseudo_directory(root, "net");
    int error = net ? 0 : -ENOMEM;

    for (uint32_t i = 0; i < ARRAY_SIZE(file) && !error; i++)
        error = pseudo_file(net, file[i].name, 0444, file[i].make);
    return error;
}
