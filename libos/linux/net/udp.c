/* SPDX-License-Identifier: MIT */
/*
 * udp.c - UDP: datagrams are queued at their receiver; those for the outside go to the stack.
 */
#include "libos/linux/net/inet.h"
#include "libos/linux/net/stack.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include <asm/ioctls.h>
#include <linux/poll.h>

#define DATAGRAM_MAX  65507u
#define DATAGRAM6_MAX 65527u

#define PLAIN_NAME_BYTES 16u /* struct sockaddr_in */

void udp_queue(struct inet_socket *receiver, struct inet_packet *packet)
{
    receiver->receive_charge += packet->charge;
    receiver->packet_count++;
    list_add_tail(&receiver->packets, &packet->node);
    socket_wake(&receiver->socket.receive_wait);
}

int udp_deliver(struct inet_socket *receiver, const struct endpoint *from, const struct inet_ip *to,
                uint8_t tos, uint8_t ttl, struct message *message)
{
    struct inet_packet *packet = udp_packet(receiver, (uint32_t)message->left);

    if (!packet) {
        message->left = 0;
        return 0;
    }
    int error = message_from(message, packet->bytes, message->left);

    if (error) {
        heap_free(packet);
        return error;
    }
    packet->from = *from;
    packet->to = *to;
    packet->tos = tos;
    packet->ttl = ttl;
    udp_queue(receiver, packet);
    return 0;
}

void udp_error(struct inet_socket *self, int error, bool fatal)
{
    bool wants =
        self->flags & (ip_is_v4(&self->remote.ip) ? INET_RECVERR | INET_RECVERR6 : INET_RECVERR6);

    if (!wants && !(fatal && self->remote.port))
        return;
    self->socket.error = error;
    socket_wake_all(&self->socket);
}

/* --- Sending --- */

static int destination(struct inet_socket *self, const struct message *message, struct endpoint *to)
{
    int error;

    if (!message->name_length) {
        if (!self->remote.port)
            return -EDESTADDRREQ;
        *to = self->remote;
        return 0;
    }
    if (self->socket.family == AF_INET && message->name->family == AF_UNSPEC &&
        message->name_length >= 16) {
        struct socket_address address = *message->name;
        address.family = AF_INET;
        error = inet_parse(self, &address, message->name_length, to);
    } else if (self->socket.family == AF_INET6 && message->name->family == AF_INET &&
               message->name_length >= 16) {
        uint32_t ip;
        uint8_t port[2];
        if (self->flags & INET_V6ONLY)
            return -ENETUNREACH;
        memcpy(port, message->name->bytes + 2, 2);
        memcpy(&ip, message->name->bytes + 4, 4);
        *to = (struct endpoint){.ip = ip_v4(ip), .port = (uint16_t)(port[0] << 8 | port[1])};
        error = 0;
    } else {
        error = inet_parse(self, message->name, message->name_length, to);
    }
    if (!error && !to->port)
        error = -EINVAL;
    return error;
}

/* The source that a control message asks for. */
static int chosen_source(const struct message *message, struct inet_ip *source)
{
    struct inet_ip asked = *source;

    if (!message->control)
        return 0;
    if (message->control->has_pktinfo && message->control->source4)
        asked = ip_v4(message->control->source4);
    if (message->control->has_pktinfo6)
        memcpy(&asked, message->control->source6, 16);
    if (!ip_is_any(&asked) && !ip_is_here(&asked))
        return -EINVAL;
    if (!ip_is_any(&asked))
        *source = asked;
    return 0;
}

static int64_t udp_send(struct socket *socket, struct message *message)
{
    struct inet_socket *self = inet_of(socket);
    struct inet_socket *receiver;
    struct endpoint to;
    struct endpoint from;
    uint64_t bytes = message->left;
    uint8_t tos;
    uint8_t ttl;
    bool here;
    int error;

    if (message->flags & MSG_OOB)
        return -EOPNOTSUPP;
    if (!message->name_length && self->found_at == port_changes && !message->control &&
        !message->flags && !socket->error && !(socket->shutdown & SHUT_SEND) &&
        bytes <= DATAGRAM_MAX) {
        bool v4 = ip_is_v4(&self->remote.ip);
        error = udp_deliver(self->receiver, &self->local, &self->remote.ip,
                            (uint8_t)(v4 ? self->tos : self->traffic_class),
                            (uint8_t)(v4 ? self->ttl : self->hop_limit), message);
        return error ? error : (int64_t)bytes;
    }
    if (!message->control && !(message->flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL)) && !socket->error &&
        !(socket->shutdown & SHUT_SEND)) {
        error = stack_send_again(self, message);
        if (!error)
            stack_kick();
        if (error <= 0)
            return error ? error : (int64_t)bytes;
    }
    if (bytes > 65535)
        return -EMSGSIZE;
    if (message->flags & MSG_MORE)
        return unimplemented(-EOPNOTSUPP, "UDP with MSG_MORE");
    error = destination(self, message, &to);
    if (!error)
        error = socket_error(socket);
    if (!error && (socket->shutdown & SHUT_SEND))
        return socket_broken_pipe(message);
    if (!error)
        error = inet_route(self, &to, &from.ip, &here);
    if (!error)
        error = chosen_source(message, &from.ip);
    if (!error && bytes > (ip_is_v4(&to.ip) ? DATAGRAM_MAX : DATAGRAM6_MAX))
        error = -EMSGSIZE;
    if (!error && !self->bound)
        error = port_take(self);
    if (error)
        return error == -EADDRINUSE ? -EAGAIN : error;
    from.port = self->local.port;
    from.scope = 0;
    tos = (uint8_t)(ip_is_v4(&to.ip) ? self->tos : self->traffic_class);
    ttl = (uint8_t)(ip_is_v4(&to.ip) ? self->ttl : self->hop_limit);
    if (message->control && message->control->has_tos)
        tos = (uint8_t)message->control->tos;
    if (message->control && message->control->has_ttl)
        ttl = (uint8_t)message->control->ttl;
    if (!here) {
        error = stack_send_datagram(self, &from, &to, tos, ttl, message);
        return error ? error : (int64_t)bytes;
    }
    receiver = port_find(IPPROTO_UDP, &to, &from);
    if (!receiver) {
        udp_error(self, ECONNREFUSED, true);
        return (int64_t)bytes;
    }
    if (!message->name_length && !message->control && ip_equal(&from.ip, &self->local.ip)) {
        self->receiver = receiver; /* the same as long as nobody binds or connects */
        self->found_at = port_changes;
    }
    error = udp_deliver(receiver, &from, &to.ip, tos, ttl, message);
    return error ? error : (int64_t)bytes;
}

int64_t udp_send_plain(struct inet_socket *self, uaddr_t buffer, uint64_t bytes, uint32_t flags,
                       uaddr_t address, uint64_t length)
{
    uint64_t name[2];
    int error;

    if (self->socket.family != AF_INET || length != PLAIN_NAME_BYTES ||
        (flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL)) || self->socket.error ||
        (self->socket.shutdown & SHUT_SEND) || bytes > DATAGRAM_MAX ||
        !user_range_ok(buffer, bytes) || !user_range_ok(address, sizeof name) ||
        !user_word(&name[0], address) || !user_word(&name[1], address + 8) ||
        (uint16_t)name[0] != AF_INET)
        return UDP_NOT_PLAIN;
    error =
        stack_send_plain(self, (uint32_t)(name[0] >> 32), (uint16_t)(name[0] >> 16), buffer, bytes);
    if (error > 0)
        return UDP_NOT_PLAIN;
    if (error)
        return error;
    stack_kick();
    return (int64_t)bytes;
}

/* --- Receiving --- */

/* The sender's name, as address_to_user has it. */
static int plain_name(const struct inet_packet *packet, uaddr_t address, uaddr_t length)
{
    uint64_t first = AF_INET | (uint64_t)__builtin_bswap16(packet->from.port) << 16 |
                     (uint64_t)packet->from.ip.word[3] << 32;
    uint32_t room;

    if (!user_range_ok(length, sizeof room) || !user_half(&room, length))
        return -EFAULT;
    if ((int32_t)room < 0)
        return -EINVAL;
    if (room >= PLAIN_NAME_BYTES) {
        if (!user_range_ok(address, PLAIN_NAME_BYTES) || !give_word(address, first) ||
            !give_word(address + 8, 0))
            return -EFAULT;
    } else if (room) {
        uint64_t name[2] = {first, 0};
        if (copy_to_user(address, name, room))
            return -EFAULT;
    }
    return give_half(length, PLAIN_NAME_BYTES) ? 0 : -EFAULT;
}

/* The first packet is the program's, or nobody's. */
static void packet_end(struct inet_socket *self, struct inet_packet *packet)
{
    list_remove(&packet->node);
    self->packet_count--;
    self->receive_charge -= packet->charge;
    heap_free(packet);
}

int64_t udp_receive_plain(struct inet_socket *self, uaddr_t buffer, uint64_t bytes, uint32_t flags,
                          uaddr_t address, uaddr_t length)
{
    struct inet_packet *packet = list_item(self->packets.next, struct inet_packet, node);
    int64_t part;
    int error;

    if (list_empty(&self->packets) || (flags & ~MSG_DONTWAIT) || self->socket.error ||
        self->socket.family != AF_INET || !user_range_ok(buffer, bytes))
        return UDP_NOT_PLAIN;
    part = (int64_t)min_of(bytes, (uint64_t)packet->length);
    error = copy_to_user(buffer, packet->bytes, (uint64_t)part);
    if (!error && address)
        error = plain_name(packet, address, length);
    packet_end(self, packet);
    return error ? error : part;
}

static int64_t udp_receive(struct socket *socket, struct message *message)
{
    struct inet_socket *self = inet_of(socket);
    struct inet_packet *packet;
    uint64_t deadline = 0;
    uint64_t part;
    int error = 0;

    if (message->flags & MSG_OOB)
        return -EOPNOTSUPP;
    if (message->flags & MSG_ERRQUEUE)
        return -EAGAIN; /* LIMIT: errors are told by the calls, there is no queue of them */
    while (!error && !socket->error && list_empty(&self->packets)) {
        if ((socket->shutdown & SHUT_RECEIVE) && !(message->flags & MSG_DONTWAIT))
            return 0;
        if (message->flags & MSG_DONTWAIT)
            return -EAGAIN;
        if (!deadline)
            deadline = socket_deadline(socket->receive_timeout);
        error = socket_sleep(&socket->receive_wait, deadline);
    }
    if (error || socket->error)
        return error ? error : socket_error(socket);
    packet = list_item(self->packets.next, struct inet_packet, node);
    part = min_of(message->left, (uint64_t)packet->length);
    error = message_to(message, packet->bytes, part);
    if (part < packet->length)
        message->result |= MSG_TRUNC;
    if (!error && message->name)
        message->name_length = (uint32_t)inet_show(self, &packet->from, message->name);
    if (!error && message->control)
        inet_give_control(self, message, packet);
    if (message->flags & MSG_TRUNC)
        part = packet->length;
    if (!(message->flags & MSG_PEEK))
        packet_end(self, packet);
    return error ? error : (int64_t)part;
}

/* --- The rest --- */

static int udp_connect(struct socket *socket, const struct socket_address *address, uint32_t length,
                       bool wait)
{
    struct inet_socket *self = inet_of(socket);
    struct endpoint to;
    struct inet_ip source;
    bool here;
    int error;

    (void)wait;
    if (length < 2)
        return -EINVAL;
    if (address->family == AF_UNSPEC) {
        memset(&self->remote, 0, sizeof self->remote);
        port_changes++;
        if (socket->family == AF_INET)
            self->remote.ip = ip_v4(0);
        if (!self->ip_chosen)
            self->local.ip = self->remote.ip;
        if (!self->port_chosen) {
            port_give(self);
            self->local.port = 0;
        }
        socket->state = SOCKET_NEW;
        return 0;
    }
    error = inet_parse(self, address, length, &to);
    if (!error)
        error = inet_route(self, &to, &source, &here);
    if (!error && !self->bound)
        error = port_take(self);
    if (error)
        return error == -EADDRINUSE ? -EAGAIN : error;
    if (ip_is_any(&self->local.ip))
        self->local.ip = source;
    self->remote = to;
    port_changes++;
    socket->state = SOCKET_CONNECTED;
    return 0;
}

static int udp_shutdown(struct socket *socket, uint32_t how)
{
    if (!inet_of(socket)->remote.port)
        return -ENOTCONN;
    socket->shutdown |= how;
    socket_wake_all(socket);
    return 0;
}

static uint32_t udp_poll(struct socket *socket)
{
    const struct inet_socket *self = inet_of(socket);
    uint32_t events = POLLOUT | POLLWRNORM | POLLWRBAND;

    if (socket->error)
        events |= POLLERR;
    if (socket->shutdown == SHUT_BOTH)
        events |= POLLHUP;
    if (socket->shutdown & SHUT_RECEIVE)
        events |= POLLIN | POLLRDNORM | POLLRDHUP;
    if (!list_empty(&self->packets))
        events |= POLLIN | POLLRDNORM;
    return events;
}

static int64_t udp_ioctl(struct socket *socket, uint32_t request, uaddr_t argument)
{
    const struct inet_socket *self = inet_of(socket);

    switch (request) {
    case FIONREAD:
        return put_user_u32(argument,
                            list_empty(&self->packets)
                                ? 0
                                : list_item(self->packets.next, struct inet_packet, node)->length);
    case TIOCOUTQ:
        return put_user_u32(argument, 0);
    default:
        return interface_ioctl(request, argument);
    }
}

static void udp_release(struct socket *socket)
{
    struct inet_socket *self = inet_of(socket);

    while (!list_empty(&self->packets)) {
        struct inet_packet *packet = list_item(self->packets.next, struct inet_packet, node);
        list_remove(&packet->node);
        heap_free(packet);
    }
    inet_free(self);
}

const struct file_ops inet_file_ops = {
    .read = socket_read,
    .write = socket_write,
    .poll = socket_poll,
    .ioctl = socket_ioctl,
    .release = socket_release,
    .read_here = socket_read_here,
    .write_here = socket_write_here,
    .vector = socket_vector,
};

const struct socket_ops udp_ops = {
    .file = &inet_file_ops,
    .bind = inet_bind,
    .connect = udp_connect,
    .name = inet_name,
    .send = udp_send,
    .receive = udp_receive,
    .shutdown = udp_shutdown,
    .poll = udp_poll,
    .ioctl = udp_ioctl,
    .set_option = inet_set_option,
    .get_option = inet_get_option,
    .control = inet_control,
    .release = udp_release,
};
