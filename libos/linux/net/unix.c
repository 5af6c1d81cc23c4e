/* SPDX-License-Identifier: MIT */
/*
 * unix.c - AF_UNIX: names, connections, and the parts that streams and packets share.
 *
 * States: NEW -connect, pair-> CONNECTED; NEW -listen-> LISTENING. A connection made by connect waits as an embryo in the
 * listening socket's list; both sides can use it at once. The close of one side gives the other an end (and ECONNRESET if
 * bytes were left unread), while the other keeps its peer pointer, so that names stay known.
 */
#include "libos/linux/net/unix.h"
#include "libos/linux/net/inet.h"
#include "libos/linux/user.h"
#include <linux/poll.h>
#include <linux/sockios.h>
#include <asm/ioctls.h>
#include <asm/socket.h>

#define BUCKETS         64u
#define AUTOBIND_DIGITS 5
#define OVERFLOW_ID     65534u

struct list unix_sockets = {&unix_sockets, &unix_sockets};
static struct list abstract[BUCKETS];
static uint32_t autobind_next;

static const struct socket_ops stream_ops, datagram_ops, seqpacket_ops;
static const struct file_ops packet_file_ops;

static bool is_connected_kind(const struct unix_socket *socket)
{
    return socket->socket.type != SOCK_DGRAM;
}

/* --- Life --- */

static struct unix_socket *unix_new(uint32_t type)
{
    struct unix_socket *socket = heap_zalloc(sizeof *socket);

    if (!socket)
        return NULL;
    socket_init(&socket->socket,
                type == SOCK_STREAM  ? &stream_ops
                : type == SOCK_DGRAM ? &datagram_ops
                                     : &seqpacket_ops,
                AF_UNIX, type, 0);
    socket->count = 1;
    socket->now = socket->last = (struct peer_credentials){0, UINT32_MAX, UINT32_MAX};
    list_init(&socket->marks);
    list_init(&socket->packets);
    list_init(&socket->connected);
    list_init(&socket->connection);
    waitq_init(&socket->room_wait);
    list_init(&socket->embryos);
    list_init(&socket->embryo);
    list_init(&socket->flyer);
    list_init(&socket->candidate);
    list_add_tail(&unix_sockets, &socket->all);
    return socket;
}

void unix_hold(struct unix_socket *socket)
{
    socket->count++;
}

void unix_drop(struct unix_socket *socket)
{
    if (--socket->count)
        return;
    list_remove(&socket->all);
    heap_free(socket);
}

int unix_create(uint32_t type, int protocol, struct socket **out)
{
    struct unix_socket *socket;

    if (protocol && protocol != AF_UNIX)
        return -EPROTONOSUPPORT;
    if (type == SOCK_RAW)
        type = SOCK_DGRAM;
    if (type != SOCK_STREAM && type != SOCK_DGRAM && type != SOCK_SEQPACKET)
        return -ESOCKTNOSUPPORT;
    socket = unix_new(type);
    if (!socket)
        return -ENOMEM;
    *out = &socket->socket;
    return 0;
}

void unix_name_drop(struct unix_name *name)
{
    if (!name || --name->count)
        return;
    heap_free(name);
}

/* The name stays with connections that were made through it, but leads nowhere any more. */
static void name_disown(struct unix_socket *socket)
{
    if (socket->name && socket->name->owner == socket) {
        socket->name->owner = NULL;
        list_remove(&socket->name->bucket);
    }
    if (socket->inode) {
        if (socket->inode->u.state == socket)
            socket->inode->u.state = NULL;
        inode_drop(socket->inode);
        socket->inode = NULL;
    }
}

static void close_socket(struct unix_socket *self, bool embryo)
{
    struct unix_socket *peer = self->peer;
    bool unread = self->ring.count || !list_empty(&self->packets) || embryo;

    self->dead = true;
    self->socket.shutdown = SHUT_BOTH;
    self->socket.state = SOCKET_CLOSED;
    name_disown(self);
    while (!list_empty(&self->embryos)) {
        struct unix_socket *child = list_item(self->embryos.next, struct unix_socket, embryo);
        list_remove(&child->embryo);
        self->embryo_count--;
        close_socket(child, true); /* embryos have none of their own: one level */
    }
    socket_wake(&self->room_wait);
    list_remove(&self->connection);
    self->peer = NULL;
    if (peer && is_connected_kind(self)) {
        peer->socket.shutdown = SHUT_BOTH;
        if (unread)
            peer->socket.error = ECONNRESET;
        socket_wake_all(&peer->socket);
    }
    list_for_each (node, &self->connected) /* they learn of it when they send */
        socket_wake(&list_item(node, struct unix_socket, connection)->socket.send_wait);
    while (!list_empty(&self->connected))
        list_remove(self->connected.next);
    unix_stream_free(self);
    unix_packets_free(self);
    unix_name_drop(self->name);
    self->name = NULL;
    if (peer)
        unix_drop(peer);
    unix_drop(self);
}

static void unix_release(struct socket *socket)
{
    close_socket((struct unix_socket *)socket, false);
    rights_collect();
}

void unix_each_rights(struct unix_socket *socket, void (*visit)(struct rights *rights))
{
    list_for_each (node, &socket->marks) {
        struct unix_mark *mark = list_item(node, struct unix_mark, node);
        if (mark->rights)
            visit(mark->rights);
    }
    list_for_each (node, &socket->packets) {
        struct unix_packet *packet = list_item(node, struct unix_packet, node);
        if (packet->rights)
            visit(packet->rights);
    }
    list_for_each (node, &socket->embryos) /* which have no embryos */
        unix_each_rights(list_item(node, struct unix_socket, embryo), visit);
}

void unix_drop_rights(struct unix_socket *socket)
{
    list_for_each (node, &socket->marks) {
        struct unix_mark *mark = list_item(node, struct unix_mark, node);
        rights_drop(mark->rights);
        mark->rights = NULL;
    }
    list_for_each (node, &socket->packets) {
        struct unix_packet *packet = list_item(node, struct unix_packet, node);
        rights_drop(packet->rights);
        packet->rights = NULL;
    }
    list_for_each (node, &socket->embryos)
        unix_drop_rights(list_item(node, struct unix_socket, embryo));
}

/* --- Names --- */

static struct list *bucket_of(const char *path, uint32_t length, uint32_t type)
{
    struct list *bucket = &abstract[(name_hash(path, length) ^ type) % BUCKETS];

    if (!bucket->next)
        list_init(bucket);
    return bucket;
}

/* Different kinds of sockets may have the same abstract name. */
static struct unix_socket *abstract_find(const char *path, uint32_t length, uint32_t type)
{
    list_for_each (node, bucket_of(path, length, type)) {
        struct unix_name *name = list_item(node, struct unix_name, bucket);
        if (name->owner->socket.type == type && name->length == length + UNIX_PATH_OFFSET &&
            !memcmp(name->path, path, length))
            return name->owner;
    }
    return NULL;
}

static struct unix_name *name_new(const char *path, uint32_t length)
{
    struct unix_name *name = heap_zalloc(sizeof *name);

    if (!name)
        return NULL;
    name->count = 1;
    name->family = AF_UNIX;
    name->length = length + UNIX_PATH_OFFSET;
    memcpy(name->path, path, length);
    list_init(&name->bucket);
    return name;
}

/* A path ends at its NUL; *bytes: its length without, or that of an abstract name with its leading NUL. */
static int check_address(const struct socket_address *address, uint32_t length,
                         char path[UNIX_PATH_MAX + 1], uint32_t *bytes)
{
    if (length <= UNIX_PATH_OFFSET || length > UNIX_NAME_MAX || address->family != AF_UNIX)
        return -EINVAL;
    *bytes = length - UNIX_PATH_OFFSET;
    memcpy(path, address->bytes + UNIX_PATH_OFFSET, *bytes);
    path[*bytes] = '\0';
    if (path[0])
        *bytes = (uint32_t)strlen(path);
    return 0;
}

static int resolve_path(const char *path, uint32_t type, struct unix_socket **out)
{
    struct dentry *dentry;
    int error = walk(AT_FDCWD, path, WALK_FOLLOW, &dentry);

    if (error)
        return error;
    error = inode_permission(dentry->inode, 2);
    if (!error && ((dentry->inode->mode & S_IFMT) != S_IFSOCK || dentry->inode->ops ||
                   !dentry->inode->u.state))
        error = -ECONNREFUSED;
    if (!error) {
        *out = dentry->inode->u.state;
        if ((*out)->socket.type != type)
            error = -EPROTOTYPE;
        else
            unix_hold(*out);
    }
    dentry_drop(dentry);
    return error;
}

int unix_resolve(const struct socket_address *address, uint32_t length, uint32_t type,
                 struct unix_socket **out)
{
    char path[UNIX_PATH_MAX + 1];
    uint32_t bytes;
    int error = check_address(address, length, path, &bytes);

    if (error)
        return error;
    if (path[0])
        return resolve_path(path, type, out);
    *out = abstract_find(path, bytes, type);
    if (!*out)
        return -ECONNREFUSED;
    unix_hold(*out);
    return 0;
}

static int bind_abstract(struct unix_socket *self, const char *path, uint32_t bytes)
{
    if (abstract_find(path, bytes, self->socket.type))
        return -EADDRINUSE;
    self->name = name_new(path, bytes);
    if (!self->name)
        return -ENOMEM;
    self->name->owner = self;
    list_add_tail(bucket_of(path, bytes, self->socket.type), &self->name->bucket);
    return 0;
}

int unix_autobind(struct unix_socket *self)
{
    char path[16];
    int error = -EADDRINUSE;

    if (self->name)
        return 0;
    for (uint32_t tries = 0; tries <= 0xfffff && error == -EADDRINUSE; tries++) {
        path[0] = '\0';
        format(path + 1, sizeof path - 1, "%05x", autobind_next++ & 0xfffff);
        error = bind_abstract(self, path, AUTOBIND_DIGITS + 1);
    }
    return error == -EADDRINUSE ? -ENOSPC : error;
}

/* The new name in the tree; its inode leads to the socket. */
static int bind_path(struct unix_socket *self, const char *path, uint32_t bytes)
{
    struct walk state;
    struct last last;
    struct dentry *dentry;
    uint32_t mode = S_IFSOCK | (0777 & ~current()->process->fs->umask);
    int error = walk_parent(AT_FDCWD, path, &state, &last);

    if (error)
        return error == -EEXIST ? -EADDRINUSE : error;
    error = last.kind == LAST_NAME ? lookup_name(last.parent, &last, &dentry) : -EEXIST;
    if (!error)
        dentry_drop(dentry);
    error = error == 0 || error == -EEXIST ? -EADDRINUSE : error == -ENOENT ? 0 : error;
    if (!error && last.slash)
        error = -ENOENT;
    if (!error)
        error = may_create(last.parent);
    if (!error) {
        self->name = name_new(path, bytes + 1);
        error = self->name ? dentry_create(last.parent, last.name, last.length, mode, &dentry)
                           : -ENOMEM;
        if (error) {
            unix_name_drop(self->name);
            self->name = NULL;
        }
    }
    dentry_drop(last.parent);
    if (error)
        return error;
    self->name->owner = self;
    self->inode = dentry->inode;
    inode_hold(self->inode);
    self->inode->u.state = self;
    dentry_drop(dentry);
    return 0;
}

static int unix_bind(struct socket *socket, const struct socket_address *address, uint32_t length)
{
    struct unix_socket *self = (struct unix_socket *)socket;
    char path[UNIX_PATH_MAX + 1];
    uint32_t bytes;
    int error;

    if (length == UNIX_PATH_OFFSET && address->family == AF_UNIX)
        return self->name ? 0 : unix_autobind(self);
    error = check_address(address, length, path, &bytes);
    if (error)
        return error;
    if (self->name && !path[0])
        return -EINVAL;
    if (!path[0])
        return bind_abstract(self, path, bytes);
    if (self->name) {
        struct dentry *there; /* Linux makes the name before it sees that the socket has one */
        error = walk(AT_FDCWD, path, 0, &there);
        if (!error)
            dentry_drop(there);
        return error ? -EINVAL : -EADDRINUSE;
    }
    return bind_path(self, path, bytes);
}

static int name_out(const struct unix_name *name, struct socket_address *address)
{
    address->family = AF_UNIX;
    if (!name)
        return UNIX_PATH_OFFSET;
    memcpy(address->bytes + UNIX_PATH_OFFSET, name->path, name->length - UNIX_PATH_OFFSET);
    return (int)name->length;
}

static int unix_name_of(struct socket *socket, bool peer, struct socket_address *address)
{
    struct unix_socket *self = (struct unix_socket *)socket;

    if (peer && !self->peer)
        return -ENOTCONN;
    return name_out(peer ? self->peer->name : self->name, address);
}

void unix_give_name(struct message *message, const struct unix_name *name)
{
    message->name_length = name ? (uint32_t)name_out(name, message->name) : 0;
}

/* --- Credentials and rights of a receive --- */

struct peer_credentials unix_sender(const struct message *message, const struct socket *from,
                                    const struct socket *to)
{
    if (message->control && message->control->has_credentials)
        return (struct peer_credentials){message->control->credentials.pid,
                                         message->control->credentials.uid,
                                         message->control->credentials.gid};
    if (((from->flags | to->flags) & SOCKET_PASSCRED) || !to->file) {
        const struct process *process = current()->process;
        return (struct peer_credentials){process->pid, process->cred.uid, process->cred.gid};
    }
    return (struct peer_credentials){0, UINT32_MAX, UINT32_MAX};
}

void unix_give_control(struct socket *socket, struct message *message,
                       struct peer_credentials sender, struct rights *rights)
{
    bool pass = socket->flags & SOCKET_PASSCRED;

    if (!message->control || !message->control->buffer) {
        if (pass || rights)
            message->result |= MSG_CTRUNC;
        rights_drop(rights);
        return;
    }
    if (pass) {
        if (sender.uid == UINT32_MAX)
            sender.uid = OVERFLOW_ID;
        if (sender.gid == UINT32_MAX)
            sender.gid = OVERFLOW_ID;
        control_put(message, SOL_SOCKET, SCM_CREDENTIALS, &sender, sizeof sender);
    }
    if (rights)
        control_put_rights(message, rights);
}

/* --- Connections --- */

static void peers(struct unix_socket *a, struct unix_socket *b)
{
    unix_hold(a);
    unix_hold(b);
    a->peer = b;
    b->peer = a;
    a->socket.state = b->socket.state = SOCKET_CONNECTED;
    if (a->socket.type == SOCK_STREAM)
        return;
    list_add_tail(&b->connected, &a->connection);
    list_add_tail(&a->connected, &b->connection);
}

static int unix_pair(struct socket *a, struct socket *b)
{
    a->peer = b->peer = socket_credentials();
    peers((struct unix_socket *)a, (struct unix_socket *)b);
    return 0;
}

static int unix_listen(struct socket *socket, uint32_t backlog)
{
    struct unix_socket *self = (struct unix_socket *)socket;

    if (!self->name || (socket->state != SOCKET_NEW && socket->state != SOCKET_LISTENING))
        return -EINVAL;
    if (backlog > self->backlog)
        socket_wake(&self->room_wait);
    self->backlog = backlog;
    socket->state = SOCKET_LISTENING;
    self->listener = socket_credentials();
    socket->peer = self->listener;
    return 0;
}

/* The listening socket (held) once it has room in its list. */
static int listener_with_room(struct unix_socket *self, const struct socket_address *address,
                              uint32_t length, bool wait, struct unix_socket **out)
{
    uint64_t deadline = 0;

    for (;;) {
        struct unix_socket *listener;
        int error = unix_resolve(address, length, self->socket.type, &listener);
        if (error)
            return error;
        if (listener->dead || listener->socket.state != SOCKET_LISTENING ||
            (listener->socket.shutdown & SHUT_RECEIVE)) {
            unix_drop(listener);
            return -ECONNREFUSED;
        }
        if (listener->embryo_count <= listener->backlog) {
            *out = listener;
            return 0;
        }
        if (!deadline)
            deadline = socket_deadline(self->socket.send_timeout);
        error = wait ? socket_sleep(&listener->room_wait, deadline) : -EAGAIN;
        unix_drop(listener);
        if (error)
            return error;
    }
}

static int unix_connect(struct socket *socket, const struct socket_address *address,
                        uint32_t length, bool wait)
{
    struct unix_socket *self = (struct unix_socket *)socket;
    char path[UNIX_PATH_MAX + 1];
    uint32_t bytes;
    struct unix_socket *listener;
    struct unix_socket *child;
    int error = check_address(address, length, path, &bytes);

    if (!error && (socket->flags & SOCKET_PASSCRED))
        error = unix_autobind(self);
    if (!error)
        error = listener_with_room(self, address, length, wait, &listener);
    if (error)
        return error;
    if (socket->state != SOCKET_NEW)
        error = socket->state == SOCKET_CONNECTED ? -EISCONN : -EINVAL;
    child = error ? NULL : unix_new(socket->type);
    if (!error && !child)
        error = -ENOMEM;
    if (error) {
        unix_drop(listener);
        return error;
    }
    child->name = listener->name;
    child->name->count++;
    child->socket.peer = socket_credentials();
    child->socket.flags = listener->socket.flags & SOCKET_PASSCRED;
    socket->peer = listener->listener;
    peers(self, child);
    list_add_tail(&listener->embryos, &child->embryo);
    listener->embryo_count++;
    socket_wake(&listener->socket.receive_wait);
    unix_drop(listener);
    return 0;
}

static int unix_accept(struct socket *socket, bool wait, struct socket **out)
{
    struct unix_socket *self = (struct unix_socket *)socket;
    uint64_t deadline = socket_deadline(socket->receive_timeout);
    struct unix_socket *child;

    if (socket->state != SOCKET_LISTENING)
        return -EINVAL;
    while (list_empty(&self->embryos)) {
        int error = socket->shutdown & SHUT_RECEIVE ? -EINVAL : wait ? 0 : -EAGAIN;
        if (!error)
            error = socket_sleep(&socket->receive_wait, deadline);
        if (error)
            return error;
    }
    child = list_item(self->embryos.next, struct unix_socket, embryo);
    list_remove(&child->embryo);
    self->embryo_count--;
    socket_wake(&self->room_wait);
    *out = &child->socket;
    return 0;
}

/* Datagrams: the peer is only a default address, and who else may send. */
static int datagram_connect(struct socket *socket, const struct socket_address *address,
                            uint32_t length, bool wait)
{
    struct unix_socket *self = (struct unix_socket *)socket;
    struct unix_socket *peer = NULL;
    struct unix_socket *before = self->peer;
    int error = 0;

    (void)wait;
    if (length < UNIX_PATH_OFFSET)
        return -EINVAL;
    if (address->family != 0 /* AF_UNSPEC: no peer any more */) {
        if (socket->flags & SOCKET_PASSCRED)
            error = unix_autobind(self);
        if (!error)
            error = unix_resolve(address, length, SOCK_DGRAM, &peer);
        if (!error && peer->peer && peer->peer != self) {
            unix_drop(peer);
            error = -EPERM;
        }
        if (error)
            return error;
    }
    if (before) {
        list_remove(&self->connection);
        self->peer = NULL;
        if (before != peer) {
            bool unread = !list_empty(&self->packets);
            unix_packets_free(self); /* of the former peer */
            if (unread && before->peer == self && !before->dead) {
                before->socket.error = ECONNRESET;
                socket_wake_all(&before->socket);
            }
        }
        unix_drop(before);
    }
    socket->state = peer ? SOCKET_CONNECTED : SOCKET_NEW;
    if (!peer)
        return 0;
    self->peer = peer; /* keeps the hold */
    list_add_tail(&peer->connected, &self->connection);
    socket_wake(&socket->send_wait);
    return 0;
}

static int unix_shutdown(struct socket *socket, uint32_t how)
{
    struct unix_socket *self = (struct unix_socket *)socket;
    struct unix_socket *peer = self->peer;

    socket->shutdown |= how;
    if (peer && is_connected_kind(self)) {
        peer->socket.shutdown |=
            (how & SHUT_RECEIVE ? SHUT_SEND : 0) | (how & SHUT_SEND ? SHUT_RECEIVE : 0);
        socket_wake_all(&peer->socket);
    }
    socket_wake_all(socket);
    socket_wake(&self->room_wait);
    return 0;
}

/* --- poll, ioctl, options --- */

static uint32_t unix_poll(struct socket *socket)
{
    const struct unix_socket *self = (const struct unix_socket *)socket;
    bool stream = socket->type == SOCK_STREAM;
    uint32_t events = 0;

    if (socket->error)
        events |= POLLERR;
    if (socket->shutdown == SHUT_BOTH)
        events |= POLLHUP;
    if (socket->shutdown & SHUT_RECEIVE)
        events |= POLLRDHUP | POLLIN | POLLRDNORM;
    if (self->ring.count || !list_empty(&self->packets) || !list_empty(&self->embryos))
        events |= POLLIN | POLLRDNORM;
    if (is_connected_kind(self) && socket->state == SOCKET_NEW)
        events |= POLLHUP;
    if (socket->state != SOCKET_LISTENING &&
        (stream ? unix_stream_writable(self) : unix_packet_writable(self)))
        events |= POLLOUT | POLLWRNORM | POLLWRBAND;
    return events;
}

static int64_t unix_ioctl(struct socket *socket, uint32_t request, uaddr_t argument)
{
    const struct unix_socket *self = (const struct unix_socket *)socket;
    uint32_t value = 0;

    switch (request) {
    case FIONREAD:
        if (socket->state == SOCKET_LISTENING)
            return -EINVAL;
        value = self->ring.count;
        list_for_each (node, &self->packets) {
            value += list_item(node, struct unix_packet, node)->length;
            if (socket->type == SOCK_DGRAM)
                break;
        }
        return put_user_u32(argument, value);
    case TIOCOUTQ: /* LIMIT: bytes of a stream; Linux counts its buffers' overhead, too */
        value = socket->type == SOCK_STREAM && self->peer ? self->peer->ring.count : self->charged;
        return put_user_u32(argument, value);
    default:
        return interface_ioctl(request, argument);
    }
}

static void unix_options_changed(struct socket *socket)
{
    socket_wake(&socket->send_wait); /* a larger SO_SNDBUF may have room */
}

static const struct file_ops packet_file_ops = {
    .read = socket_read,
    .write = socket_write,
    .poll = socket_poll,
    .ioctl = socket_ioctl,
    .release = socket_release,
    .read_here = socket_read_here,
    .write_here = socket_write_here,
    .vector = socket_vector,
};

static const struct socket_ops stream_ops = {
    .file = &unix_stream_file_ops,
    .bind = unix_bind,
    .connect = unix_connect,
    .listen = unix_listen,
    .accept = unix_accept,
    .pair = unix_pair,
    .name = unix_name_of,
    .send = unix_stream_send,
    .receive = unix_stream_receive,
    .shutdown = unix_shutdown,
    .poll = unix_poll,
    .ioctl = unix_ioctl,
    .options_changed = unix_options_changed,
    .release = unix_release,
};

static const struct socket_ops seqpacket_ops = {
    .file = &packet_file_ops,
    .bind = unix_bind,
    .connect = unix_connect,
    .listen = unix_listen,
    .accept = unix_accept,
    .pair = unix_pair,
    .name = unix_name_of,
    .send = unix_packet_send,
    .receive = unix_packet_receive,
    .shutdown = unix_shutdown,
    .poll = unix_poll,
    .ioctl = unix_ioctl,
    .options_changed = unix_options_changed,
    .release = unix_release,
};

static const struct socket_ops datagram_ops = {
    .file = &packet_file_ops,
    .bind = unix_bind,
    .connect = datagram_connect,
    .pair = unix_pair,
    .name = unix_name_of,
    .send = unix_packet_send,
    .receive = unix_packet_receive,
    .shutdown = unix_shutdown,
    .poll = unix_poll,
    .ioctl = unix_ioctl,
    .options_changed = unix_options_changed,
    .release = unix_release,
};
