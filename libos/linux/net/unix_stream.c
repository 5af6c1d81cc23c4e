/* SPDX-License-Identifier: MIT */
/*
 * unix_stream.c - AF_UNIX byte streams.
 *
 * The bytes lie in a ring of the receiver; a list of marks says where a sender with other credentials begins, and where
 * descriptors belong. Most streams have no marks at all: read and write on them are one copy each.
 */
#include "libos/linux/net/unix.h"
#include "libos/linux/user.h"
#include <linux/poll.h>

#define MESSAGE_PART 32768u /* descriptors belong to that much of a large send, as on Linux */

static const struct peer_credentials nobody = {0, UINT32_MAX, UINT32_MAX};

static struct unix_mark *first_mark(const struct unix_socket *self)
{
    return list_empty(&self->marks) ? NULL : list_item(self->marks.next, struct unix_mark, node);
}

/* A sender goes on when three quarters are free, as on Linux: the two sides do not take turns over single bytes. */
static bool roomy(const struct unix_socket *receiver, const struct unix_socket *sender)
{
    return receiver->ring.count <= sender->socket.send_limit / 4;
}

bool unix_stream_writable(const struct unix_socket *socket)
{
    return !socket->peer || roomy(socket->peer, socket);
}

void unix_stream_free(struct unix_socket *socket)
{
    ring_free(&socket->ring);
    while (!list_empty(&socket->marks)) {
        struct unix_mark *mark = first_mark(socket);
        list_remove(&mark->node);
        rights_drop(mark->rights);
        heap_free(mark);
    }
}

/* --- Sending --- */

/* 0, -ENOTCONN or -EPIPE. */
static int send_refused(const struct unix_socket *self)
{
    const struct unix_socket *peer = self->peer;

    if (!peer || self->socket.state != SOCKET_CONNECTED)
        return -ENOTCONN;
    return (self->socket.shutdown & SHUT_SEND) || peer->dead ||
                   (peer->socket.shutdown & SHUT_RECEIVE)
               ? -EPIPE
               : 0;
}

/* The next bytes of the stream have another sender, or bring descriptors. */
static int mark_add(struct unix_socket *peer, struct peer_credentials sender, struct rights *rights,
                    uint64_t bytes)
{
    struct unix_mark *mark = heap_alloc(sizeof *mark);
    int error = mark ? 0 : -ENOMEM;

    if (!error && rights)
        error = rights_fly(rights);
    if (error) {
        heap_free(mark);
        return error;
    }
    mark->position = peer->taken + peer->ring.count;
    mark->end = mark->position + bytes;
    mark->sender = sender;
    mark->rights = rights;
    list_add_tail(&peer->marks, &mark->node);
    peer->last = sender;
    return 0;
}

/* Puts the next part, at most `room` bytes. 0 or -errno; then nothing was put. */
static int put(struct unix_socket *peer, struct message *message, struct peer_credentials sender,
               uint32_t room)
{
    uint32_t part = (uint32_t)min_of(message->left, (uint64_t)room);
    struct control *control = message->control;
    struct rights *rights = control ? control->rights : NULL;
    int error;

    if (rights)
        part = min_of(part, MESSAGE_PART);
    if (__builtin_expect(rights || !unix_same_sender(sender, peer->last), 0)) {
        struct peer_credentials before = peer->last;
        error = mark_add(peer, sender, rights, part);
        if (error)
            return error;
        error = ring_put(&peer->ring, message, part);
        if (error) { /* the mark goes, the rights stay the caller's */
            struct unix_mark *mark = list_item(peer->marks.previous, struct unix_mark, node);
            list_remove(&mark->node);
            if (rights)
                rights_land(rights);
            heap_free(mark);
            peer->last = before;
            return error;
        }
        if (rights)
            control->rights = NULL;
    } else {
        error = ring_put(&peer->ring, message, part);
        if (error)
            return error;
    }
    socket_wake(&peer->socket.receive_wait);
    return 0;
}

int64_t unix_stream_send(struct socket *socket, struct message *message)
{
    struct unix_socket *self = (struct unix_socket *)socket;
    uint64_t total = message->left;
    uint64_t deadline = 0;
    struct peer_credentials sender;
    int error = 0;

    if (message->flags & MSG_OOB)
        return unimplemented(-EOPNOTSUPP, "MSG_OOB on AF_UNIX");
    if (message->name_length)
        return socket->state == SOCKET_CONNECTED ? -EISCONN : -EOPNOTSUPP;
    error = send_refused(self);
    if (!error)
        sender = unix_sender(message, socket, &self->peer->socket);
    while (!error && message->left) {
        uint32_t used = self->peer->ring.count;
        if (used < socket->send_limit) {
            error = put(self->peer, message, sender, socket->send_limit - used);
        } else if (message->flags & MSG_DONTWAIT) {
            error = -EAGAIN;
        } else {
            if (!deadline)
                deadline = socket_deadline(socket->send_timeout);
            error = socket_sleep(&socket->send_wait, deadline);
            if (!error)
                error = send_refused(self);
        }
    }
    if (total - message->left)
        return (int64_t)(total - message->left);
    return error == -EPIPE ? socket_broken_pipe(message) : error;
}

/* --- Receiving --- */

static void taken(struct unix_socket *self, uint32_t bytes)
{
    struct unix_socket *peer = self->peer;

    ring_drop(&self->ring, bytes);
    self->taken += bytes;
    if (peer && !list_empty(&peer->socket.send_wait.waiters) && roomy(self, peer))
        waitq_wake(&peer->socket.send_wait);
}

/* What one receive has seen so far. */
struct reading {
    uint64_t at;       /* position in the stream */
    struct list *next; /* mark that is not passed */
    struct peer_credentials sender;
    bool sender_known;
    struct rights *rights;
    uint64_t stop; /* end of the message that brought rights; 0: none came */
};

/* Passes the marks at the present position. false: the receive ends here. */
static bool pass_marks(struct unix_socket *self, struct message *message, struct reading *reading)
{
    bool peek = message->flags & MSG_PEEK;

    while (reading->next != &self->marks) {
        struct unix_mark *mark = list_item(reading->next, struct unix_mark, node);
        if (mark->position > reading->at)
            return true;
        if (reading->sender_known && (self->socket.flags & SOCKET_PASSCRED) &&
            !unix_same_sender(reading->sender, mark->sender))
            return false;
        reading->sender = mark->sender;
        reading->next = mark->node.next;
        if (mark->rights) {
            reading->rights = peek ? rights_copy(mark->rights) : mark->rights;
            reading->stop = mark->end;
        }
        if (peek)
            continue;
        if (mark->rights)
            rights_land(mark->rights);
        self->now = mark->sender;
        list_remove(&mark->node);
        heap_free(mark);
    }
    return true;
}

/* Copies what is there; false: the receive ends with what it has, or *error. */
static bool copy_there(struct unix_socket *self, struct message *message, struct reading *reading,
                       int *error)
{
    while (message->left) {
        uint64_t end = self->taken + self->ring.count;
        uint32_t part;
        if (reading->at == end)
            return true;
        if (!pass_marks(self, message, reading))
            return false;
        reading->sender_known = true;
        if (reading->next != &self->marks)
            end = min_of(end, list_item(reading->next, struct unix_mark, node)->position);
        if (reading->stop)
            end = min_of(end, reading->stop);
        part = (uint32_t)min_of(end - reading->at, message->left);
        *error = ring_peek(&self->ring, message, (uint32_t)(reading->at - self->taken), part);
        if (*error)
            return false;
        reading->at += part;
        if (!(message->flags & MSG_PEEK))
            taken(self, part);
        if (reading->stop && (reading->at >= reading->stop || (message->flags & MSG_PEEK)))
            return false;
    }
    return false;
}

static int wait_for_bytes(struct unix_socket *self, const struct message *message,
                          uint64_t *deadline)
{
    if (self->socket.error)
        return socket_error(&self->socket);
    if (self->socket.shutdown & SHUT_RECEIVE)
        return 1; /* the end */
    if (message->flags & MSG_DONTWAIT)
        return -EAGAIN;
    if (!*deadline)
        *deadline = socket_deadline(self->socket.receive_timeout);
    return socket_sleep(&self->socket.receive_wait, *deadline);
}

int64_t unix_stream_receive(struct socket *socket, struct message *message)
{
    struct unix_socket *self = (struct unix_socket *)socket;
    struct reading reading = {.at = self->taken, .next = self->marks.next, .sender = self->now};
    uint64_t total = message->left;
    uint64_t target =
        message->flags & MSG_WAITALL ? total : min_of((uint64_t)socket->receive_low, total);
    uint64_t deadline = 0;
    int error = 0;

    if (socket->state != SOCKET_CONNECTED && socket->state != SOCKET_CLOSED)
        return -EINVAL;
    if (message->flags & MSG_OOB)
        return -EINVAL; /* nothing urgent ever comes */
    while (copy_there(self, message, &reading, &error)) {
        uint64_t got = total - message->left;
        if (got && (got >= target || (message->flags & MSG_PEEK)))
            break;
        error = wait_for_bytes(self, message, &deadline);
        if (error)
            break;
        reading.at = self->taken; /* another reader may have been faster */
        reading.next = self->marks.next;
        if (!reading.sender_known)
            reading.sender = self->now;
    }
    if (message->name)
        unix_give_name(message, self->peer ? self->peer->name : NULL);
    if (reading.rights || message->control) {
        if (error < 0 && total == message->left)
            rights_drop(reading.rights);
        else
            unix_give_control(socket, message, reading.sender, reading.rights);
    }
    if (total - message->left)
        return (int64_t)(total - message->left);
    return error < 0 ? error : 0;
}

/* --- read and write of streams without marks --- */

static int64_t stream_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct unix_socket *self = file->state;
    uint32_t part;

    while (!self->ring.count && bytes && socket_read_waits(file, &self->socket)) {
        int error = socket_sleep(&self->socket.receive_wait, NO_DEADLINE);
        if (error)
            return error;
    }
    part = (uint32_t)min_of(bytes, (uint64_t)self->ring.count);
    if (!part || self->ring.head + part > self->ring.size || !list_empty(&self->marks) ||
        part < self->socket.receive_low)
        return socket_read(file, buffer, bytes, offset);
    if (copy_to_user(buffer, self->ring.bytes + self->ring.head, part))
        return -EFAULT;
    taken(self, part);
    return part;
}

static int64_t stream_write(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct unix_socket *self = file->state;
    struct unix_socket *peer = self->peer;
    uint32_t tail;

    if (!peer || self->socket.state != SOCKET_CONNECTED || peer->dead ||
        ((self->socket.shutdown & SHUT_SEND) | (peer->socket.shutdown & SHUT_RECEIVE)) ||
        ((self->socket.flags | peer->socket.flags) & SOCKET_PASSCRED) || !peer->socket.file ||
        !unix_same_sender(peer->last, nobody))
        return socket_write(file, buffer, bytes, offset);
    tail = peer->ring.head + peer->ring.count;
    if (!bytes || tail + bytes > peer->ring.size ||
        peer->ring.count + bytes > self->socket.send_limit)
        return socket_write(file, buffer, bytes, offset);
    if (copy_from_user(peer->ring.bytes + tail, buffer, bytes))
        return -EFAULT;
    peer->ring.count += (uint32_t)bytes;
    socket_wake(&peer->socket.receive_wait);
    return (int64_t)bytes;
}

const struct file_ops unix_stream_file_ops = {
    .read = stream_read,
    .write = stream_write,
    .poll = socket_poll,
    .ioctl = socket_ioctl,
    .release = socket_release,
    .read_here = socket_read_here,
    .write_here = socket_write_here,
    .vector = socket_vector,
};
