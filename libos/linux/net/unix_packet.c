/* SPDX-License-Identifier: MIT */
/*
 * unix_packet.c - AF_UNIX datagrams and sequenced packets: a queue of messages in the receiver.
 *
 * What a sender has in others' queues is charged to its SO_SNDBUF as Linux does, overhead included, so that programs which
 * fill a queue see similar counts. A queue of a socket that is not connected back takes UNIX_QUEUE_MAX + 1 packets.
 */
#include "libos/linux/net/unix.h"
#include "libos/linux/user.h"
#include "libos/linux/time/clock.h"

#define PACKET_OVERHEAD 256u /* Linux's struct sk_buff */
#define PACKET_TAIL     320u /* and what follows the bytes */

static uint32_t charge_of(uint64_t bytes)
{
    uint64_t size = 512;

    while (size < bytes + PACKET_TAIL)
        size *= 2;
    return (uint32_t)min_of(size + PACKET_OVERHEAD, (uint64_t)INT32_MAX);
}

static bool queue_full(const struct unix_socket *receiver, const struct unix_socket *sender)
{
    return receiver->peer != sender && receiver->packet_count > UNIX_QUEUE_MAX;
}

bool unix_packet_writable(const struct unix_socket *socket)
{
    return socket->charged <= socket->socket.send_limit / 4 &&
           !(socket->peer && socket->peer != socket && queue_full(socket->peer, socket));
}

/* A packet is out of its queue: frees it and tells those who wait for room. */
static void packet_free(struct unix_packet *packet)
{
    struct unix_socket *sender = packet->sender;

    sender->charged -= packet->charge;
    if (!sender->dead && sender->charged <= sender->socket.send_limit / 4)
        socket_wake(&sender->socket.send_wait);
    rights_drop(packet->rights);
    unix_name_drop(packet->from);
    unix_drop(sender);
    heap_free(packet);
}

static void packet_take(struct unix_socket *self, struct unix_packet *packet)
{
    bool full = self->packet_count > UNIX_QUEUE_MAX;

    list_remove(&packet->node);
    self->packet_count--;
    if (!full)
        return;
    socket_wake(&self->room_wait);
    list_for_each (node, &self->connected)
        socket_wake(&list_item(node, struct unix_socket, connection)->socket.send_wait);
}

void unix_packets_free(struct unix_socket *socket)
{
    while (!list_empty(&socket->packets)) {
        struct unix_packet *packet = list_item(socket->packets.next, struct unix_packet, node);
        packet_take(socket, packet);
        packet_free(packet);
    }
}

/* --- Sending --- */

/* Who gets the packet (held): the address given, else the peer. */
static int receiver_of(struct unix_socket *self, const struct message *message,
                       struct unix_socket **out)
{
    if (message->name_length && self->socket.type != SOCK_SEQPACKET)
        return unix_resolve(message->name, message->name_length, self->socket.type, out);
    *out = self->peer;
    if (!*out)
        return -ENOTCONN;
    unix_hold(*out);
    return 0;
}

/* The packet itself, filled; charged to its sender. */
static int packet_make(struct unix_socket *self, struct message *message, struct unix_packet **out)
{
    struct unix_packet *packet = heap_alloc(sizeof *packet + message->left);
    int error;

    if (!packet)
        return -ENOBUFS;
    packet->length = (uint32_t)message->left;
    error = message_from(message, packet->bytes, message->left);
    if (error) {
        heap_free(packet);
        return error;
    }
    list_init(&packet->node);
    packet->sender = self;
    unix_hold(self);
    packet->from = self->name;
    if (packet->from)
        packet->from->count++;
    packet->rights = NULL;
    packet->charge = charge_of(packet->length);
    self->charged += packet->charge;
    packet->stamp_ns = clock_realtime_ns();
    *out = packet;
    return 0;
}

/* Waits until the sender may have another packet on its way. */
static int wait_for_charge(struct unix_socket *self, const struct message *message,
                           uint64_t *deadline)
{
    int error = 0;

    while (!error) {
        if (self->socket.error)
            return socket_error(&self->socket);
        if (self->socket.shutdown & SHUT_SEND)
            return -EPIPE;
        if (self->charged < self->socket.send_limit)
            return 0;
        if (message->flags & MSG_DONTWAIT)
            return -EAGAIN;
        if (!*deadline)
            *deadline = socket_deadline(self->socket.send_timeout);
        error = socket_sleep(&self->socket.send_wait, *deadline);
    }
    return error;
}

/* Is there a way from self to receiver, and room? 0, an error, or 1: look again. */
static int may_send(struct unix_socket *self, struct unix_socket *receiver,
                    const struct message *message, uint64_t *deadline)
{
    int error;

    if (receiver->peer && receiver->peer != self)
        return -EPERM;
    if (receiver->dead) {
        if (self->socket.type == SOCK_SEQPACKET)
            return -EPIPE;
        if (self->peer != receiver)
            return -ECONNREFUSED;
        list_remove(&self->connection);
        self->peer = NULL;
        self->socket.state = SOCKET_NEW;
        unix_drop(receiver);
        return -ECONNREFUSED;
    }
    if (receiver->socket.shutdown & SHUT_RECEIVE)
        return -EPIPE;
    if (receiver == self || !queue_full(receiver, self))
        return 0;
    if (message->flags & MSG_DONTWAIT)
        return -EAGAIN;
    if (!*deadline)
        *deadline = socket_deadline(self->socket.send_timeout);
    error = socket_sleep(&receiver->room_wait, *deadline);
    return error ? error : 1;
}

static int packet_deliver(struct unix_socket *self, struct unix_socket *receiver,
                          struct message *message, struct unix_packet *packet)
{
    struct rights *rights = message->control ? message->control->rights : NULL;

    if (rights) {
        int error = rights_fly(rights);
        if (error)
            return error;
        packet->rights = rights;
        message->control->rights = NULL;
    }
    packet->credentials = unix_sender(message, &self->socket, &receiver->socket);
    list_add_tail(&receiver->packets, &packet->node);
    receiver->packet_count++;
    socket_wake(&receiver->socket.receive_wait);
    return 0;
}

int64_t unix_packet_send(struct socket *socket, struct message *message)
{
    struct unix_socket *self = (struct unix_socket *)socket;
    struct unix_socket *receiver = NULL;
    struct unix_packet *packet = NULL;
    uint64_t bytes = message->left;
    uint64_t deadline = 0;
    int error = 0;

    if (message->flags & MSG_OOB)
        return -EOPNOTSUPP;
    if (socket->type == SOCK_SEQPACKET && socket->state != SOCKET_CONNECTED)
        return -ENOTCONN;
    if (socket->flags & SOCKET_PASSCRED && !self->name)
        error = unix_autobind(self);
    if (!error)
        error = receiver_of(self, message, &receiver);
    if (!error && bytes > socket->send_limit - 32)
        error = -EMSGSIZE;
    if (!error)
        error = wait_for_charge(self, message, &deadline);
    if (!error)
        error = packet_make(self, message, &packet);
    while (!error) {
        error = may_send(self, receiver, message, &deadline);
        if (error <= 0)
            break;
        error = 0;
    }
    if (!error)
        error = packet_deliver(self, receiver, message, packet);
    if (error && packet)
        packet_free(packet);
    if (receiver)
        unix_drop(receiver);
    return error ? error : (int64_t)bytes;
}

/* --- Receiving --- */

static int wait_for_packet(struct unix_socket *self, const struct message *message)
{
    uint64_t deadline = 0;
    int error = 0;

    while (!error && list_empty(&self->packets)) {
        if (self->socket.error)
            return socket_error(&self->socket);
        if ((self->socket.shutdown & SHUT_RECEIVE) &&
            !(self->socket.type == SOCK_DGRAM && (message->flags & MSG_DONTWAIT)))
            return 1; /* the end */
        if (self->socket.type == SOCK_SEQPACKET && self->socket.state != SOCKET_CONNECTED)
            return -ENOTCONN;
        if (message->flags & MSG_DONTWAIT)
            return -EAGAIN;
        if (!deadline)
            deadline = socket_deadline(self->socket.receive_timeout);
        error = socket_sleep(&self->socket.receive_wait, deadline);
    }
    return error;
}

static void give_stamp(struct socket *socket, struct message *message, uint64_t ns)
{
    int64_t time[2] = {(int64_t)(ns / NS_PER_SECOND), (int64_t)(ns % NS_PER_SECOND)};

    if (socket->flags & SOCKET_TIMESTAMPNS) {
        control_put(message, SOL_SOCKET, 35 /* SO_TIMESTAMPNS_OLD */, time, sizeof time);
    } else if (socket->flags & SOCKET_TIMESTAMP) {
        time[1] /= 1000;
        control_put(message, SOL_SOCKET, 29 /* SO_TIMESTAMP_OLD */, time, sizeof time);
    }
}

int64_t unix_packet_receive(struct socket *socket, struct message *message)
{
    struct unix_socket *self = (struct unix_socket *)socket;
    bool peek = message->flags & MSG_PEEK;
    struct unix_packet *packet;
    struct rights *rights;
    uint64_t part;
    int error;

    if (message->flags & MSG_OOB)
        return -EOPNOTSUPP;
    if (socket->type == SOCK_SEQPACKET && socket->state != SOCKET_CONNECTED)
        return -ENOTCONN;
    error = wait_for_packet(self, message);
    if (error)
        return error > 0 ? 0 : error;
    packet = list_item(self->packets.next, struct unix_packet, node);
    part = min_of(message->left, (uint64_t)packet->length);
    error = message_to(message, packet->bytes, part);
    if (part < packet->length)
        message->result |= MSG_TRUNC;
    if (message->name)
        unix_give_name(message, packet->from);
    rights = packet->rights;
    if (peek) {
        rights = rights ? rights_copy(rights) : NULL;
    } else {
        packet->rights = NULL;
        packet_take(self, packet);
    }
    if (rights)
        rights_land(rights);
    if (!error) {
        give_stamp(socket, message, packet->stamp_ns);
        unix_give_control(socket, message, packet->credentials, rights);
        part = message->flags & MSG_TRUNC ? packet->length : part;
    } else {
        rights_drop(rights);
    }
    if (!peek)
        packet_free(packet);
    return error ? error : (int64_t)part;
}
