/* SPDX-License-Identifier: MIT */
/*
 * tcp.c - TCP as programs see it.
 *
 * Two ways carry the bytes. When both ends are in this instance the sender puts them into the receiver's ring; there are
 * no segments, and what TCP would do is done at once: an end (FIN) or a reset (RST) changes the other side's state before
 * the call returns. Else the stack has the bytes until they are acknowledged (stack.h), and what arrives is put into the same ring.
 *
 * States are those of RFC 9293. A client of a listening socket whose list is full stays in SYN_SENT, in the list
 * `waiting`, as if its SYN were lost.
 */
#include "libos/linux/net/inet.h"
#include "libos/linux/net/promise.h"
#include "libos/linux/net/stack.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include <asm/ioctls.h>
#include <linux/poll.h>

#define SEND_LIMIT_CONNECTED 2626560u /* SO_SNDBUF of a connection, as Linux tunes it on loopback */

static const struct file_ops tcp_file_ops;

static bool connected(const struct inet_socket *self)
{
    return self->state == TCP_ESTABLISHED || self->state == TCP_CLOSE_WAIT;
}

/* Bytes that may lie between the two: both buffers. */
static uint32_t capacity(const struct inet_socket *sender)
{
    return sender->socket.send_limit + (sender->peer ? sender->peer->socket.receive_limit : 0);
}

static uint32_t in_flight(const struct inet_socket *sender)
{
    return sender->peer ? sender->peer->ring.count : stack_unacknowledged(sender);
}

static bool is_writable(const struct inet_socket *self)
{
    if (!self->peer && !self->pcb)
        return true;
    uint32_t used = in_flight(self);
    uint32_t all = capacity(self);

    return used < all && all - used >= used / 2;
}

bool tcp_writable(const struct inet_socket *self)
{
    return is_writable(self);
}

/* --- What happens to a connection --- */

void tcp_established(struct inet_socket *self)
{
    self->state = TCP_ESTABLISHED;
    self->done = true;
    if (!self->send_locked)
        self->socket.send_limit = max_of(self->socket.send_limit, SEND_LIMIT_CONNECTED);
    socket_wake_all(&self->socket);
}

/* No more connection. Received bytes stay readable. */
static void closed(struct inet_socket *self)
{
    self->state = TCP_CLOSE;
    self->peer = NULL;
    self->socket.shutdown = SHUT_BOTH;
    if (!self->port_chosen)
        port_give(self);
    socket_wake_all(&self->socket);
}

void tcp_reset(struct inet_socket *self, int error)
{
    if (self->state == TCP_CLOSE)
        return;
    self->socket.error = self->state == TCP_CLOSE_WAIT && error == ECONNRESET ? EPIPE : error;
    closed(self);
}

void tcp_end(struct inet_socket *self)
{
    self->socket.shutdown |= SHUT_RECEIVE;
    switch (self->state) {
    case TCP_ESTABLISHED:
        self->state = TCP_CLOSE_WAIT;
        break;
    case TCP_FIN_WAIT1:
    case TCP_FIN_WAIT2: /* both directions are done, and we were first */
        port_linger(self);
        closed(self);
        return;
    default:
        break;
    }
    socket_wake_all(&self->socket);
}

/* --- Listening --- */

struct inet_socket *tcp_child(struct inet_socket *listener)
{
    struct inet_socket *child =
        inet_new(&tcp_ops, listener->socket.family, SOCK_STREAM, IPPROTO_TCP);

    if (!child)
        return NULL;
    child->socket.flags = listener->socket.flags;
    child->socket.linger_seconds = listener->socket.linger_seconds;
    child->socket.send_limit = listener->socket.send_limit;
    child->socket.receive_limit = listener->socket.receive_limit;
    child->socket.receive_low = listener->socket.receive_low;
    child->socket.send_timeout = listener->socket.send_timeout;
    child->socket.receive_timeout = listener->socket.receive_timeout;
    child->socket.priority = listener->socket.priority;
    child->send_locked = listener->send_locked;
    child->receive_locked = listener->receive_locked;
    child->owner = listener->owner;
    child->flags = listener->flags;
    child->tos = listener->tos;
    child->ttl = listener->ttl;
    child->hop_limit = listener->hop_limit;
    child->traffic_class = listener->traffic_class;
    child->keep_idle = listener->keep_idle;
    child->keep_interval = listener->keep_interval;
    child->keep_count = listener->keep_count;
    child->max_segment = listener->max_segment;
    child->user_timeout = listener->user_timeout;
    child->listener = listener;
    return child;
}

void tcp_child_ready(struct inet_socket *listener, struct inet_socket *child)
{
    child->socket.state = SOCKET_CONNECTED;
    child->connect_told = true;
    list_add_tail(&listener->embryos, &child->embryo);
    listener->embryo_count++;
    tcp_established(child);
    socket_wake(&listener->socket.receive_wait);
}

/* Both ends in this instance: they are connected now. -ENOMEM: nothing happened. */
static int meet(struct inet_socket *client, struct inet_socket *listener)
{
    struct inet_socket *child = tcp_child(listener);

    if (!child)
        return -ENOMEM;
    child->local = client->remote;
    child->remote = client->local;
    child->peer = client;
    client->peer = child;
    tcp_child_ready(listener, child);
    tcp_established(client);
    return 0;
}

/* There is room in the list: clients that wait get their turn. */
static void admit(struct inet_socket *listener)
{
    while (!list_empty(&listener->waiting) && listener->embryo_count <= listener->backlog) {
        struct inet_socket *client = list_item(listener->waiting.next, struct inet_socket, embryo);
        list_remove(&client->embryo);
        client->listener = NULL;
        if (meet(client, listener))
            tcp_reset(client, ETIMEDOUT);
    }
}

static int tcp_listen(struct socket *socket, uint32_t backlog)
{
    struct inet_socket *self = inet_of(socket);
    int error = 0;

    if (self->state != TCP_LISTEN &&
        (self->state != TCP_CLOSE || socket->state == SOCKET_CONNECTING))
        return -EINVAL;
    self->backlog = backlog;
    if (self->state == TCP_LISTEN) {
        admit(self);
        return 0;
    }
    if (!self->bound)
        error = port_take(self);
    else if (!port_free(self)) /* two may have bound it, one may listen */
        error = -EADDRINUSE;
    if (!error && stack_is_up() && !ip_is_loopback(&self->local.ip))
        error = stack_listen(self);
    if (error)
        return error;
    socket->state = SOCKET_LISTENING;
    socket->shutdown = 0;
    socket->error = 0;
    self->state = TCP_LISTEN;
    promise_keep(self);
    return 0;
}

static void close_connection(struct inet_socket *self, bool reset);

/* The list of a listening socket ends: what is in it is reset, who waits is refused. */
static void listen_end(struct inet_socket *self)
{
    while (!list_empty(&self->embryos)) {
        struct inet_socket *child = list_item(self->embryos.next, struct inet_socket, embryo);
        list_remove(&child->embryo);
        self->embryo_count--;
        close_connection(child, true);
        inet_free(child);
    }
    while (!list_empty(&self->waiting)) {
        struct inet_socket *client = list_item(self->waiting.next, struct inet_socket, embryo);
        list_remove(&client->embryo);
        client->listener = NULL;
        tcp_reset(client, ECONNREFUSED);
    }
    if (self->pcb)
        stack_listen_end(self);
    self->state = TCP_CLOSE;
    self->socket.state = SOCKET_NEW;
}

static int tcp_accept(struct socket *socket, bool wait, struct socket **out)
{
    struct inet_socket *self = inet_of(socket);
    uint64_t deadline = socket_deadline(socket->receive_timeout);
    struct inet_socket *child;

    for (;;) {
        int error;
        if (self->state != TCP_LISTEN)
            return -EINVAL;
        if (!list_empty(&self->embryos))
            break;
        error = wait ? socket_sleep(&socket->receive_wait, deadline) : -EAGAIN;
        if (error)
            return error;
    }
    child = list_item(self->embryos.next, struct inet_socket, embryo);
    list_remove(&child->embryo);
    child->listener = NULL;
    self->embryo_count--;
    admit(self);
    *out = &child->socket;
    return 0;
}

/* --- Connecting --- */

static int disconnect(struct inet_socket *self)
{
    if (self->state == TCP_LISTEN)
        listen_end(self);
    else
        close_connection(self, true);
    list_remove(&self->embryo);
    self->listener = NULL;
    self->state = TCP_CLOSE;
    self->socket.state = SOCKET_NEW;
    self->socket.shutdown = 0;
    self->socket.error = 0;
    self->connect_told = self->done = self->peer_gone = false;
    memset(&self->remote, 0, sizeof self->remote);
    if (self->socket.family == AF_INET)
        self->remote.ip = ip_v4(0);
    if (!self->port_chosen) {
        port_give(self);
        self->local.port = 0;
    }
    if (!self->ip_chosen)
        self->local.ip = self->remote.ip;
    ring_free(&self->ring);
    socket_wake_all(&self->socket);
    return 0;
}

/* Sends the SYN, so to speak. 0: under way or done. */
static int connect_start(struct inet_socket *self, struct endpoint *to)
{
    struct inet_socket *listener;
    struct inet_ip source;
    bool here;
    int error;

    if (self->socket.family == AF_INET && (ip_is_broadcast(&to->ip) || ip_is_multicast(&to->ip)))
        return -ENETUNREACH;
    if (!self->bound && !self->port_chosen)
        self->local.port = 0;
    error = inet_route(self, to, &source, &here);
    if (error)
        return error == -EACCES ? -ENETUNREACH : error;
    if (!self->bound) {
        struct inet_ip before = self->local.ip;
        self->local.ip = source;
        error = port_take(self);
        if (error) {
            self->local.ip = before;
            return error == -EADDRINUSE ? -EADDRNOTAVAIL : error;
        }
    }
    self->local.ip = source;
    self->remote = *to;
    self->state = TCP_SYN_SENT;
    self->socket.state = SOCKET_CONNECTING;
    self->socket.shutdown = 0;
    self->socket.error = 0;
    if (!here)
        return stack_connect(self);
    listener = port_find(IPPROTO_TCP, to, &self->local);
    if (!listener) {
        tcp_reset(self, ECONNREFUSED);
        return 0;
    }
    if (listener->embryo_count <= listener->backlog && !meet(self, listener))
        return 0;
    self->listener = listener;
    list_add_tail(&listener->waiting, &self->embryo);
    return 0;
}

static int connect_wait(struct inet_socket *self, bool wait, bool started)
{
    uint64_t deadline = socket_deadline(self->socket.send_timeout);

    if (!wait && started)
        return -EINPROGRESS;
    while (self->state == TCP_SYN_SENT) {
        int error = wait ? socket_sleep(&self->socket.send_wait, deadline) : -EALREADY;
        if (error)
            return error == -EAGAIN ? -EINPROGRESS : error;
    }
    if (self->state == TCP_CLOSE && !self->done) {
        int error = socket_error(&self->socket);
        disconnect(self); /* may be tried again */
        return error ? error : -ECONNABORTED;
    }
    self->socket.state = SOCKET_CONNECTED;
    self->connect_told = true;
    return 0;
}

static int tcp_connect(struct socket *socket, const struct socket_address *address, uint32_t length,
                       bool wait)
{
    struct inet_socket *self = inet_of(socket);
    struct endpoint to;
    bool started = false;
    int error;

    if (length < 2)
        return -EINVAL;
    if (address->family == AF_UNSPEC)
        return disconnect(self);
    if (socket->state == SOCKET_CONNECTED || socket->state == SOCKET_LISTENING)
        return -EISCONN;
    if (socket->state == SOCKET_NEW) {
        error = inet_parse(self, address, length, &to);
        if (!error)
            error = connect_start(self, &to);
        if (error)
            return error;
        started = true;
    }
    return connect_wait(self, wait, started);
}

/* --- Ending --- */

/* The RST or FIN of a connection whose socket ends. */
static void close_connection(struct inet_socket *self, bool reset)
{
    struct inet_socket *peer = self->peer;

    if (self->pcb) {
        stack_close(self, reset);
        return;
    }
    self->peer = NULL;
    if (!peer)
        return;
    peer->peer = NULL;
    peer->peer_gone = true;
    if (reset)
        tcp_reset(peer, ECONNRESET);
    else if (!(self->socket.shutdown & SHUT_SEND))
        tcp_end(peer);
    if (!reset && !(self->socket.shutdown & SHUT_RECEIVE))
        port_linger(self);
    socket_wake_all(&peer->socket);
}

static void tcp_release(struct socket *socket)
{
    struct inet_socket *self = inet_of(socket);
    bool abort = (socket->flags & SOCKET_LINGER) && !socket->linger_seconds;

    if (self->state == TCP_LISTEN)
        listen_end(self);
    else
        close_connection(self, self->ring.count || abort);
    inet_free(self);
}

static int tcp_shutdown(struct socket *socket, uint32_t how)
{
    struct inet_socket *self = inet_of(socket);

    if (self->state == TCP_LISTEN) {
        if (how & SHUT_RECEIVE) {
            listen_end(self);
            socket->shutdown = 0;
            socket_wake_all(socket);
        }
        return 0;
    }
    if (self->state == TCP_CLOSE)
        return -ENOTCONN;
    if (self->state == TCP_SYN_SENT) {
        if (how & SHUT_SEND) {
            struct endpoint remote = self->remote;
            disconnect(self);
            self->remote = remote;
        }
        return 0;
    }
    if ((how & SHUT_SEND) && !(socket->shutdown & SHUT_SEND)) {
        socket->shutdown |= SHUT_SEND;
        if (self->state == TCP_ESTABLISHED)
            self->state = TCP_FIN_WAIT2;
        else if (self->state == TCP_CLOSE_WAIT)
            self->state = TCP_LAST_ACK;
        if (self->pcb)
            stack_shutdown_send(self);
        else if (self->peer)
            tcp_end(self->peer);
        if (self->state == TCP_LAST_ACK && !self->pcb)
            self->state = TCP_CLOSE;
    }
    socket->shutdown |= how;
    socket_wake_all(socket);
    return 0;
}

/* --- Sending --- */

/* 0: may send; else why not. */
static int send_state(struct inet_socket *self)
{
    if (self->socket.error)
        return socket_error(&self->socket);
    if (self->socket.shutdown & SHUT_SEND)
        return -EPIPE;
    if (self->state == TCP_SYN_SENT)
        return 1; /* not yet */
    return connected(self) ? 0 : -EPIPE;
}

/* Puts what fits. 0: something was put; 1: wait for room. */
static int put(struct inet_socket *self, struct message *message)
{
    uint32_t used = in_flight(self);
    uint32_t all = capacity(self);
    uint32_t part;
    int error;

    if (self->peer_gone) { /* the answer to the segment is a reset */
        message->left = 0;
        tcp_reset(self, ECONNRESET);
        return 0;
    }
    if (!self->peer)
        return stack_put(self, message);
    if (used >= all)
        return 1;
    part = (uint32_t)min_of(message->left, (uint64_t)(all - used));
    error = ring_put(&self->peer->ring, message, part);
    if (error)
        return error;
    socket_wake(&self->peer->socket.receive_wait);
    return 0;
}

static int64_t tcp_send(struct socket *socket, struct message *message)
{
    struct inet_socket *self = inet_of(socket);
    uint64_t total = message->left;
    uint64_t deadline = 0;
    int error = 0;

    if (message->flags & MSG_OOB)
        return unimplemented(-EOPNOTSUPP, "MSG_OOB on TCP");
    if (message->flags & MSG_FASTOPEN)
        return unimplemented(-EOPNOTSUPP, "MSG_FASTOPEN");
    error = send_state(self);
    while (error >= 0 && message->left) {
        if (!error)
            error = put(self, message);
        if (error > 0) {
            if (message->flags & MSG_DONTWAIT) {
                error = -EAGAIN;
                break;
            }
            if (!deadline)
                deadline = socket_deadline(socket->send_timeout);
            error = socket_sleep(&socket->send_wait, deadline);
        }
        if (!error && message->left) {
            int later = socket->error; /* for the next call, if this one has sent something */
            error = send_state(self);
            if (error < 0 && message->left < total && later)
                socket->error = later;
        }
    }
    if (total - message->left)
        return (int64_t)(total - message->left);
    return error == -EPIPE ? socket_broken_pipe(message) : error > 0 ? -EAGAIN : error;
}

/* --- Receiving --- */

static void taken(struct inet_socket *self, uint32_t bytes)
{
    struct inet_socket *peer = self->peer;

    ring_drop(&self->ring, bytes);
    if (peer) {
        if (!list_empty(&peer->socket.send_wait.waiters) && is_writable(peer))
            waitq_wake(&peer->socket.send_wait);
    } else if (self->pcb) {
        stack_received(self, bytes);
    }
}

static int wait_for_bytes(struct inet_socket *self, const struct message *message, bool some,
                          uint64_t *deadline)
{
    if (self->socket.error)
        return some ? 1 : socket_error(&self->socket);
    if (self->socket.shutdown & SHUT_RECEIVE)
        return 1;
    if (self->state == TCP_CLOSE)
        return self->done ? 1 : -ENOTCONN;
    if (message->flags & MSG_DONTWAIT)
        return -EAGAIN;
    if (!*deadline)
        *deadline = socket_deadline(self->socket.receive_timeout);
    return socket_sleep(&self->socket.receive_wait, *deadline);
}

static int64_t tcp_receive(struct socket *socket, struct message *message)
{
    struct inet_socket *self = inet_of(socket);
    uint64_t total = message->left;
    uint64_t target =
        message->flags & MSG_WAITALL ? total : min_of((uint64_t)socket->receive_low, total);
    uint64_t deadline = 0;
    uint32_t peeked = 0;
    int error = 0;

    if (self->state == TCP_LISTEN)
        return -ENOTCONN;
    if (message->flags & MSG_OOB)
        return -EINVAL; /* nothing urgent ever comes */
    if (message->flags & MSG_ERRQUEUE)
        return -EAGAIN;
    while (message->left) {
        uint32_t part = (uint32_t)min_of(
            message->left, (uint64_t)(self->ring.count - min_of(peeked, self->ring.count)));
        if (part) {
            if (message->flags & MSG_TRUNC)
                message->left -= part; /* dropped, not copied */
            else
                error = ring_peek(&self->ring, message, peeked, part);
            if (error)
                break;
            if (message->flags & MSG_PEEK)
                peeked += part;
            else
                taken(self, part);
            continue;
        }
        if (total - message->left && total - message->left >= target)
            break;
        error = wait_for_bytes(self, message, total != message->left, &deadline);
        if (error)
            break;
    }
    if (total - message->left)
        return (int64_t)(total - message->left);
    return error < 0 ? error : 0;
}

/* --- read and write inside the instance --- */

static int64_t tcp_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct inet_socket *self = file->state;
    uint32_t part;

    while (!self->ring.count && bytes && socket_read_waits(file, &self->socket)) {
        int error = socket_sleep(&self->socket.receive_wait, NO_DEADLINE);
        if (error)
            return error;
    }
    part = (uint32_t)min_of(bytes, (uint64_t)self->ring.count);
    if (!part || self->ring.head + part > self->ring.size || part < self->socket.receive_low)
        return socket_read(file, buffer, bytes, offset);
    if (copy_to_user(buffer, self->ring.bytes + self->ring.head, part))
        return -EFAULT;
    taken(self, part);
    return part;
}

static int64_t tcp_write(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct inet_socket *self = file->state;
    struct inet_socket *peer = self->peer;
    uint32_t tail;

    if (!peer || !connected(self) || self->socket.error || (self->socket.shutdown & SHUT_SEND))
        return socket_write(file, buffer, bytes, offset);
    tail = peer->ring.head + peer->ring.count;
    if (!bytes || tail + bytes > peer->ring.size || peer->ring.count + bytes > capacity(self))
        return socket_write(file, buffer, bytes, offset);
    if (copy_from_user(peer->ring.bytes + tail, buffer, bytes))
        return -EFAULT;
    peer->ring.count += (uint32_t)bytes;
    socket_wake(&peer->socket.receive_wait);
    return (int64_t)bytes;
}

/* --- poll, ioctl --- */

static uint32_t tcp_poll(struct socket *socket)
{
    const struct inet_socket *self = inet_of(socket);
    uint32_t events = 0;

    if (self->state == TCP_LISTEN)
        return list_empty(&self->embryos) ? 0 : POLLIN | POLLRDNORM;
    if (socket->shutdown == SHUT_BOTH || self->state == TCP_CLOSE)
        events |= POLLHUP;
    if (socket->shutdown & SHUT_RECEIVE)
        events |= POLLIN | POLLRDNORM | POLLRDHUP;
    if (self->state != TCP_SYN_SENT) {
        if (self->ring.count >= socket->receive_low)
            events |= POLLIN | POLLRDNORM;
        if ((socket->shutdown & SHUT_SEND) || is_writable(self))
            events |= POLLOUT | POLLWRNORM;
    }
    if (socket->error)
        events |= POLLERR;
    return events;
}

static int64_t tcp_ioctl(struct socket *socket, uint32_t request, uaddr_t argument)
{
    const struct inet_socket *self = inet_of(socket);

    switch (request) {
    case FIONREAD:
        return self->state == TCP_LISTEN ? -EINVAL : put_user_u32(argument, self->ring.count);
    case TIOCOUTQ: /* inside the instance everything is acknowledged at once */
        return self->state == TCP_LISTEN
                   ? -EINVAL
                   : put_user_u32(argument, self->pcb ? stack_unacknowledged(self) : 0);
    default:
        return interface_ioctl(request, argument);
    }
}

static void tcp_options_changed(struct socket *socket)
{
    struct inet_socket *self = inet_of(socket);

    if (socket->send_limit != SEND_LIMIT_START && socket->send_limit != SEND_LIMIT_CONNECTED)
        self->send_locked = true;
    if (socket->receive_limit != RECEIVE_LIMIT_START)
        self->receive_locked = true;
    socket_wake(&socket->send_wait);
    if (self->pcb)
        stack_options(self);
}

static const struct file_ops tcp_file_ops = {
    .read = tcp_read,
    .write = tcp_write,
    .poll = socket_poll,
    .ioctl = socket_ioctl,
    .release = socket_release,
    .read_here = socket_read_here,
    .write_here = socket_write_here,
    .vector = socket_vector,
};

const struct socket_ops tcp_ops = {
    .file = &tcp_file_ops,
    .bind = inet_bind,
    .connect = tcp_connect,
    .listen = tcp_listen,
    .accept = tcp_accept,
    .name = inet_name,
    .send = tcp_send,
    .receive = tcp_receive,
    .shutdown = tcp_shutdown,
    .poll = tcp_poll,
    .ioctl = tcp_ioctl,
    .set_option = inet_set_option,
    .get_option = inet_get_option,
    .control = inet_control,
    .options_changed = tcp_options_changed,
    .release = tcp_release,
};
