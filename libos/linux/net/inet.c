/* SPDX-License-Identifier: MIT */
/*
 * inet.c - AF_INET and AF_INET6: sockets, addresses, names, and what is inside the instance.
 */
#include "libos/linux/net/inet.h"
#include "libos/linux/net/stack.h"
#include "libos/linux/call/call.h"
#include "libos/linux/proc/capability.h"

struct list inet_sockets = {&inet_sockets, &inet_sockets};

#define ADDRESS4_BYTES 16u
#define ADDRESS6_BYTES 28u
#define ADDRESS6_LEAST 24u /* without the scope, as RFC 2133 had it */

static uint16_t swap16(uint16_t x)
{
    return (uint16_t)(x << 8 | x >> 8);
}

/* --- Addresses --- */

struct inet_ip ip_v4(uint32_t network_order)
{
    return (struct inet_ip){.word = {0, 0, 0xffff0000u, network_order}};
}

bool ip_is_loopback(const struct inet_ip *ip)
{
    if (ip_is_v4(ip))
        return ip->byte[12] == 127;
    return !ip->half[0] && !ip->word[2] && ip->word[3] == 0x01000000u;
}

bool ip_is_multicast(const struct inet_ip *ip)
{
    return ip_is_v4(ip) ? (ip->byte[12] & 0xf0) == 0xe0 : ip->byte[0] == 0xff;
}

bool ip_is_broadcast(const struct inet_ip *ip)
{
    return ip_is_v4(ip) && (ip->word[3] == UINT32_MAX || stack_is_broadcast(ip));
}

bool ip_is_here(const struct inet_ip *ip)
{
    return ip_is_loopback(ip) || stack_owns(ip);
}

int inet_parse(const struct inet_socket *self, const struct socket_address *address,
               uint32_t length, struct endpoint *out)
{
    uint16_t port;

    memset(out, 0, sizeof *out);
    if (self->socket.family == AF_INET) {
        uint32_t ip;
        if (length < ADDRESS4_BYTES)
            return -EINVAL;
        if (address->family != AF_INET)
            return -EAFNOSUPPORT;
        memcpy(&port, address->bytes + 2, 2);
        memcpy(&ip, address->bytes + 4, 4);
        out->ip = ip_v4(ip);
    } else {
        if (length < ADDRESS6_LEAST)
            return -EINVAL;
        if (address->family != AF_INET6)
            return -EAFNOSUPPORT;
        memcpy(&port, address->bytes + 2, 2);
        memcpy(&out->ip, address->bytes + 8, 16);
        if (length >= ADDRESS6_BYTES)
            memcpy(&out->scope, address->bytes + 24, 4);
    }
    out->port = swap16(port);
    return 0;
}

int inet_show(const struct inet_socket *self, const struct endpoint *endpoint,
              struct socket_address *address)
{
    uint16_t port = swap16(endpoint->port);
    bool v4 = self->socket.family == AF_INET;

    memset(address->bytes, 0, v4 ? ADDRESS4_BYTES : ADDRESS6_BYTES);
    address->family = self->socket.family;
    memcpy(address->bytes + 2, &port, 2);
    if (v4) {
        memcpy(address->bytes + 4, &endpoint->ip.word[3], 4);
        return ADDRESS4_BYTES;
    }
    memcpy(address->bytes + 8, &endpoint->ip, 16);
    memcpy(address->bytes + 24, &endpoint->scope, 4);
    return ADDRESS6_BYTES;
}

int inet_name(struct socket *socket, bool peer, struct socket_address *address)
{
    struct inet_socket *self = inet_of(socket);

    if (!peer)
        return inet_show(self, &self->local, address);
    if (!self->remote.port ||
        (socket->type == SOCK_STREAM && (self->state == TCP_CLOSE || self->state == TCP_SYN_SENT)))
        return -ENOTCONN;
    return inet_show(self, &self->remote, address);
}

int inet_bind(struct socket *socket, const struct socket_address *address, uint32_t length)
{
    struct inet_socket *self = inet_of(socket);
    struct endpoint to;
    struct endpoint before = self->local;
    int error;

    if (socket->family == AF_INET && length >= ADDRESS4_BYTES && address->family == AF_UNSPEC &&
        !((const uint32_t *)address)[1]) { /* an old habit: family 0 and no address */
        struct socket_address any = *address;
        any.family = AF_INET;
        error = inet_parse(self, &any, length, &to);
    } else {
        error = inet_parse(self, address, length, &to);
    }
    if (error)
        return error;
    if (ip_is_v4(&to.ip) && socket->family == AF_INET6 && (self->flags & INET_V6ONLY))
        return -EINVAL;
    if (!ip_is_any(&to.ip) && !ip_is_here(&to.ip) && !ip_is_multicast(&to.ip) &&
        !(self->flags & (INET_FREEBIND | INET_TRANSPARENT)))
        return -EADDRNOTAVAIL;
    if (self->bound || (socket->type == SOCK_STREAM && self->state != TCP_CLOSE))
        return -EINVAL;
    if (to.port && to.port < 1024 && !capable(CAP_NET_BIND_SERVICE))
        return -EACCES;
    self->local = to;
    if (!to.port && (self->flags & INET_BIND_NO_PORT)) {
        self->ip_chosen = !ip_is_any(&to.ip);
        return 0;
    }
    error = port_take(self);
    if (error) {
        self->local = before;
        return error;
    }
    self->port_chosen = to.port != 0;
    self->ip_chosen = !ip_is_any(&to.ip);
    return 0;
}

/* What the instance's configuration says of an address; that does not change. */
struct route {
    struct inet_ip to, source;
    bool known, broadcast, here, reachable;
};

static const struct route *route_to(const struct inet_ip *to)
{
    static struct route last; /* mostly it is the one that was asked for last */

    if (last.known && ip_equal(&last.to, to))
        return &last;
    last = (struct route){.to = *to, .known = true};
    last.broadcast = ip_is_broadcast(to);
    last.here = ip_is_here(to);
    last.reachable = last.here || stack_reaches(to);
    if (last.here)
        last.source = ip_is_loopback(to) && ip_is_v4(to) ? ip_v4(0x0100007fu) : *to;
    else
        stack_source(to, &last.source);
    return &last;
}

int inet_route(struct inet_socket *self, struct endpoint *to, struct inet_ip *source, bool *here)
{
    bool v4 = ip_is_v4(&to->ip);

    if (ip_is_any(&to->ip)) {
        if (v4)
            to->ip.word[3] = 0x0100007fu;
        else
            to->ip.word[3] = 0x01000000u;
    }
    if (self->socket.family == AF_INET6 && v4 && (self->flags & INET_V6ONLY))
        return -ENETUNREACH;
    if (self->socket.family == AF_INET6 && !ip_is_any(&self->local.ip) &&
        ip_is_v4(&self->local.ip) != v4)
        return v4 ? -ENETUNREACH : -EINVAL;
    const struct route *route = route_to(&to->ip);

    if (route->broadcast && !(self->socket.flags & SOCKET_BROADCAST))
        return -EACCES;
    *here = route->here;
    if (!route->reachable)
        return -ENETUNREACH;
    *source = ip_is_any(&self->local.ip) && (route->here || !ip_is_any(&route->source))
                  ? route->source
                  : self->local.ip;
    return 0;
}

/* --- Life --- */

struct inet_socket *inet_new(const struct socket_ops *ops, uint32_t family, uint32_t type,
                             int protocol)
{
    struct inet_socket *socket = heap_zalloc(sizeof *socket);

    if (!socket)
        return NULL;
    socket_init(&socket->socket, ops, family, type, protocol);
    if (family == AF_INET)
        socket->local.ip = socket->remote.ip = ip_v4(0);
    socket->state = TCP_CLOSE;
    socket->owner = current() ? current()->process->cred.euid : 0;
    socket->flags = INET_MULTICAST_LOOP;
    socket->ttl = 64;
    socket->hop_limit = 64;
    socket->multicast_ttl = socket->multicast_hops = 1;
    socket->mtu_discover = 1;
    list_init(&socket->port);
    list_init(&socket->embryos);
    list_init(&socket->embryo);
    list_init(&socket->waiting);
    list_init(&socket->packets);
    list_add_tail(&inet_sockets, &socket->all);
    return socket;
}

void inet_free(struct inet_socket *socket)
{
    port_give(socket);
    list_remove(&socket->all);
    list_remove(&socket->embryo);
    ring_free(&socket->ring);
    heap_free(socket);
}

int inet_create(uint32_t family, uint32_t type, int protocol, struct socket **out)
{
    struct inet_socket *socket;

    if (type == SOCK_STREAM && (protocol == 0 || protocol == IPPROTO_TCP))
        socket = inet_new(&tcp_ops, family, type, IPPROTO_TCP);
    else if (type == SOCK_DGRAM && (protocol == 0 || protocol == IPPROTO_UDP))
        socket = inet_new(&udp_ops, family, type, IPPROTO_UDP);
    else if (type == SOCK_STREAM || type == SOCK_DGRAM)
        return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol > 255 || protocol < 0
                   ? protocol > 255 || protocol < 0 ? -EINVAL : -EPROTONOSUPPORT
                   : (int)unimplemented(-EPROTONOSUPPORT, "socket family %u type %u protocol %d",
                                        family, type, protocol);
    else if (type == SOCK_RAW)
        return !protocol ? -EPROTONOSUPPORT
               : !capable(CAP_NET_RAW)
                   ? -EPERM
                   : (int)unimplemented(-EPROTONOSUPPORT, "raw socket, protocol %d", protocol);
    else
        return -ESOCKTNOSUPPORT;
    if (!socket)
        return -ENOMEM;
    if (type == SOCK_STREAM) { /* as tcp_rmem and tcp_wmem have it */
        socket->socket.send_limit = SEND_LIMIT_START;
        socket->socket.receive_limit = RECEIVE_LIMIT_START;
    }
    *out = &socket->socket;
    return 0;
}
