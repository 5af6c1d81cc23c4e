/* SPDX-License-Identifier: MIT */
/*
 * port.c - who has which port: conflicts of bind, ephemeral ports, and to whom a packet belongs.
 *
 * Invariant: a socket is in the bucket of its port if and only if it is `bound`.
 */
#include "libos/linux/net/inet.h"
#include "libos/linux/net/promise.h"
#include "libos/linux/net/stack.h"
#include "libos/linux/call/random.h"

#define BUCKETS        256u
#define TIME_WAIT_NS   (60 * NS_PER_SECOND)
#define TIME_WAITS_MAX 1024u /* remembered; the oldest are forgotten first */

static struct list bucket[BUCKETS];
uint64_t port_changes = 1;

/* Connections of this instance that ended here first. Only bind looks: no late segment can come. */
static struct time_wait {
    struct inet_ip ip;
    uint64_t until_ns;
    uint16_t port;
} time_waits[TIME_WAITS_MAX];
static uint32_t time_wait_next;

static struct list *bucket_of(uint16_t port)
{
    struct list *list = &bucket[port % BUCKETS];

    if (!list->next)
        list_init(list);
    return list;
}

void port_linger(const struct inet_socket *self)
{
    time_waits[time_wait_next++ % TIME_WAITS_MAX] =
        (struct time_wait){self->local.ip, now_ns() + TIME_WAIT_NS, self->local.port};
}

static bool is_any6(const struct inet_ip *ip)
{
    return !ip->half[0] && !ip->half[1];
}

/* Would packets for one address reach the other? */
static bool covers(const struct inet_ip *a, bool a_v6only, const struct inet_ip *b)
{
    if (is_any6(a))
        return !ip_is_v4(b) || !a_v6only;
    return ip_is_v4(a) && !a->word[3] && ip_is_v4(b);
}

static bool overlap(const struct inet_socket *a, const struct inet_socket *b)
{
    return ip_equal(&a->local.ip, &b->local.ip) ||
           covers(&a->local.ip, a->flags & INET_V6ONLY, &b->local.ip) ||
           covers(&b->local.ip, b->flags & INET_V6ONLY, &a->local.ip);
}

static bool conflict(const struct inet_socket *self, const struct inet_socket *other)
{
    uint32_t both = self->socket.flags & other->socket.flags;

    if (other == self || other->local.port != self->local.port ||
        other->socket.protocol != self->socket.protocol || !overlap(self, other))
        return false;
    if ((both & SOCKET_REUSEPORT) && self->owner == other->owner)
        return false;
    return !((both & SOCKET_REUSEADDR) && other->state != TCP_LISTEN);
}

static bool waits(const struct inet_socket *self)
{
    if (self->socket.protocol != IPPROTO_TCP ||
        (self->socket.flags & (SOCKET_REUSEADDR | SOCKET_REUSEPORT)))
        return false;
    for (uint32_t i = 0; i < min_of(time_wait_next, TIME_WAITS_MAX); i++) {
        const struct time_wait *wait = &time_waits[i];
        if (wait->port == self->local.port && wait->until_ns > now_ns() &&
            (ip_equal(&wait->ip, &self->local.ip) ||
             covers(&self->local.ip, self->flags & INET_V6ONLY, &wait->ip)))
            return true;
    }
    return false;
}

bool port_free(const struct inet_socket *self)
{
    list_for_each (node, bucket_of(self->local.port))
        if (conflict(self, list_item(node, struct inet_socket, port)))
            return false;
    return true;
}

/* An ephemeral port that nobody of the protocol has. */
static bool port_unused(const struct inet_socket *self)
{
    list_for_each (node, bucket_of(self->local.port)) {
        const struct inet_socket *other = list_item(node, struct inet_socket, port);
        if (other->local.port == self->local.port &&
            other->socket.protocol == self->socket.protocol)
            return false;
    }
    return true;
}

static int port_choose(struct inet_socket *self)
{
    static uint32_t next;
    uint16_t first = PORT_FIRST;
    uint16_t count = PORT_LAST - PORT_FIRST + 1;

    (void)stack_ports(&first, &count);
    if (!next)
        random_bytes(&next, sizeof next);
    for (uint32_t tries = 0; tries < count; tries++) {
        self->local.port = (uint16_t)(first + next++ % count);
        if (port_unused(self))
            return 0;
    }
    self->local.port = 0;
    return -EADDRINUSE;
}

int port_take(struct inet_socket *self)
{
    if (!self->local.port) {
        int error = port_choose(self);
        if (error)
            return error;
    } else if (!port_free(self) || waits(self)) {
        return -EADDRINUSE;
    }
    if (self->socket.protocol == IPPROTO_UDP && stack_is_up() && !ip_is_loopback(&self->local.ip) &&
        stack_udp_open(self))
        return -ENOMEM;
    list_add_tail(bucket_of(self->local.port), &self->port);
    self->bound = true;
    port_changes++;
    if (self->socket.protocol == IPPROTO_UDP)
        promise_keep(self);
    return 0;
}

void port_give(struct inet_socket *self)
{
    if (self->socket.protocol == IPPROTO_UDP && self->pcb)
        stack_udp_close(self);
    list_remove(&self->port);
    self->bound = false;
    port_changes++;
}

/* 0: does not match; else the more the closer. */
static int score(const struct inet_socket *socket, const struct endpoint *to,
                 const struct endpoint *from)
{
    int points = 1;

    if (socket->local.port != to->port)
        return 0;
    if (socket->socket.protocol == IPPROTO_TCP && socket->state != TCP_LISTEN)
        return 0;
    if (socket->socket.family == AF_INET && !ip_is_v4(&to->ip))
        return 0;
    if (ip_equal(&socket->local.ip, &to->ip))
        points += 4;
    else if (!covers(&socket->local.ip, socket->flags & INET_V6ONLY, &to->ip))
        return 0;
    if (socket->socket.family == AF_INET && !is_any6(&socket->local.ip))
        points += 1; /* before a socket of both families */
    if (socket->remote.port && socket->socket.protocol == IPPROTO_UDP) {
        if (socket->remote.port != from->port || !ip_equal(&socket->remote.ip, &from->ip))
            return 0;
        points += 8;
    }
    return points;
}

struct inet_socket *port_find(int protocol, const struct endpoint *to, const struct endpoint *from)
{
    static uint32_t turn;
    struct inet_socket *best = NULL;
    int points = 0;
    uint32_t equal = 0;

    list_for_each (node, bucket_of(to->port)) {
        struct inet_socket *socket = list_item(node, struct inet_socket, port);
        int its = socket->socket.protocol == protocol ? score(socket, to, from) : 0;
        if (its > points) {
            points = its;
            best = socket;
            equal = 1;
        } else if (its && its == points && (socket->socket.flags & SOCKET_REUSEPORT)) {
            /* SO_REUSEPORT: by the sender's port, so that a flow of datagrams stays at one socket */
            uint32_t key = protocol == IPPROTO_UDP ? from->port : turn++;
            if (key * 2654435761u % ++equal == 0)
                best = socket;
        } else if (its && its == points) {
            best = socket; /* SO_REUSEADDR on both: the last one that bound */
        }
    }
    return best;
}
