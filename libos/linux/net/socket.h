/* SPDX-License-Identifier: MIT */
/*
 * socket.h - sockets (folder net): what the families share, and what they bring.
 *
 *   socket.c   life of a socket, its file, the calls that name one
 *   message.c  struct message; the calls that move bytes, with names and control messages
 *   option.c   options of SOL_SOCKET, ioctl
 *   ring.c     the bytes of a stream on their way
 *   rights.c   descriptors on their way
 *   unix*.c    AF_UNIX
 *   proc.c     /proc/net
 *
 * A socket belongs to its family: the family allocates it with struct socket as its first member, and frees it some
 * time after `release`. A file of mode S_IFSOCK has the socket as its state. Sockets that nobody accepted yet have no file.
 */
#pragma once
#include "libos/linux/fs/vfs.h"
#include "libos/linux/net/message.h"

#define AF_UNSPEC 0
#define AF_UNIX   1
#define AF_INET   2
#define AF_INET6  10

#define SHUT_RECEIVE 1u /* bits of socket.shutdown */
#define SHUT_SEND    2u
#define SHUT_BOTH    3u

#define SOCKET_BUFFER_DEFAULT 212992u  /* SO_SNDBUF and SO_RCVBUF, as /proc/sys/net/core says */
#define SOCKET_BUFFER_MAX     4194304u /* what a program may ask for; doubled like Linux does */
#define SOCKET_BACKLOG_MAX    4096u    /* somaxconn */

enum socket_state {
    SOCKET_NEW,
    SOCKET_CONNECTING,
    SOCKET_CONNECTED,
    SOCKET_LISTENING,
    SOCKET_CLOSED
};

struct peer_credentials { /* struct ucred */
    int32_t pid;
    uint32_t uid, gid;
};

struct socket_address {
    union {
        uint16_t family;
        uint8_t bytes[128]; /* sockaddr_storage */
    };
};

struct socket {
    const struct socket_ops *ops;
    struct file *file; /* not held; NULL: not accepted yet, or closed */
    uint16_t family, type;
    int protocol;
    enum socket_state state;
    uint32_t shutdown;                      /* SHUT_* */
    int error;                              /* SO_ERROR: errno, taken by the next call that looks */
    uint32_t send_limit, receive_limit;     /* SO_SNDBUF, SO_RCVBUF */
    uint32_t receive_low;                   /* SO_RCVLOWAT */
    uint64_t send_timeout, receive_timeout; /* nanoseconds; NO_DEADLINE: none */
    uint32_t flags;                         /* SOCKET_* below */
    uint32_t linger_seconds, priority, mark;
    struct peer_credentials peer;
    struct waitq receive_wait; /* something to read, to accept, an end or an error */
    struct waitq send_wait;    /* room, connected, an end or an error */
};

/* Options that are kept as they are set. */
#define SOCKET_PASSCRED    0x0001u
#define SOCKET_REUSEADDR   0x0002u
#define SOCKET_REUSEPORT   0x0004u
#define SOCKET_KEEPALIVE   0x0008u
#define SOCKET_BROADCAST   0x0010u
#define SOCKET_LINGER      0x0020u
#define SOCKET_DONTROUTE   0x0040u
#define SOCKET_OOBINLINE   0x0080u
#define SOCKET_TIMESTAMP   0x0100u
#define SOCKET_TIMESTAMPNS 0x0200u
#define SOCKET_NO_CHECK    0x0400u

/* What a family brings. Functions that are NULL answer -EOPNOTSUPP, options -ENOPROTOOPT. `wait`: may sleep. */
struct socket_ops {
    const struct file_ops *file; /* with socket_* of below where the family has nothing faster */
    int (*bind)(struct socket *socket, const struct socket_address *address, uint32_t length);
    int (*connect)(struct socket *socket, const struct socket_address *address, uint32_t length,
                   bool wait);
    int (*listen)(struct socket *socket, uint32_t backlog);
    int (*accept)(struct socket *socket, bool wait, struct socket **out);
    int (*pair)(struct socket *a, struct socket *b);
    /* Name of the socket or its peer into *address; length or -errno. */
    int (*name)(struct socket *socket, bool peer, struct socket_address *address);
    int64_t (*send)(struct socket *socket, struct message *message);
    int64_t (*receive)(struct socket *socket, struct message *message);
    int (*shutdown)(struct socket *socket, uint32_t how); /* SHUT_* */
    uint32_t (*poll)(struct socket *socket);
    int64_t (*ioctl)(struct socket *socket, uint32_t request,
                     uaddr_t argument); /* -ENOTTY: not known */
    int (*set_option)(struct socket *socket, int level, int name, uaddr_t value, uint32_t length);
    /* Writes at most *length bytes to value and sets *length. */
    int (*get_option)(struct socket *socket, int level, int name, void *value, uint32_t *length);
    /* A control message of a send whose level is not SOL_SOCKET: into control. NULL: ignored, as Linux does. */
    int (*control)(struct socket *socket, struct control *control, int level, int type,
                   uaddr_t content, uint64_t length);
    void (*options_changed)(
        struct socket *socket); /* an option of struct socket was set; NULL: no matter */
    void (*release)(
        struct socket *socket); /* its last descriptor was closed, or it never had one */
};

/* --- socket.c --- */
/* socket_init - for the families: everything to its default. */
void socket_init(struct socket *socket, const struct socket_ops *ops, uint32_t family,
                 uint32_t type, int protocol);
/* socket_open - a file for the socket, count 1. On failure (-ENOMEM) the socket is as before. */
int socket_open(struct socket *socket, uint32_t flags, struct file **out);
/* socket_of - the socket of an open file; NULL: it is none. */
struct socket *socket_of(const struct file *file);
/* socket_get - the file (held) and socket of a descriptor, or -EBADF, -ENOTSOCK. */
int socket_get(int fd, struct file **file, struct socket **socket);
/*
 * socket_sleep - wait on a queue of a socket.
 *
 * Returns  0: look again; -EAGAIN: the deadline passed; -ERESTARTSYS, or -EINTR when there is a deadline
 */
int socket_sleep(struct waitq *queue, uint64_t deadline);
/* Of `first` only, when several wait: for accepting and receiving of whole messages. */
uint64_t socket_deadline(uint64_t timeout);       /* of SO_RCVTIMEO, SO_SNDTIMEO */
int socket_error(struct socket *socket);          /* takes socket->error: 0 or -errno */
struct peer_credentials socket_credentials(void); /* of the running process */
static inline void socket_wake(struct waitq *queue)
{
    if (!list_empty(&queue->waiters))
        waitq_wake(queue);
}
/* May a plain read of a stream just wait for bytes? Everything else is the long way's. */
static inline bool socket_read_waits(const struct file *file, const struct socket *socket)
{
    return socket->state == SOCKET_CONNECTED && !socket->error && !socket->shutdown &&
           !(file->flags & O_NONBLOCK) && socket->receive_timeout == NO_DEADLINE;
}
/* Both queues: the state changed. */
void socket_wake_all(struct socket *socket);
int64_t
socket_broken_pipe(const struct message *message); /* -EPIPE, with SIGPIPE unless MSG_NOSIGNAL */

/* For file_ops of families. */
int64_t socket_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset);
int64_t socket_write(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset);
int64_t socket_read_here(struct file *file, void *buffer, uint64_t bytes, uint64_t *offset);
int64_t socket_write_here(struct file *file, const void *buffer, uint64_t bytes, uint64_t *offset);
int64_t socket_vector(struct file *file, struct iovec *vector, uint64_t count, bool write);
uint32_t socket_poll(struct file *file, struct poll_wait *wait);
int64_t socket_ioctl(struct file *file, uint32_t request, uaddr_t argument);
void socket_release(struct file *file);

/* --- families: *out has no file yet; 0 or -errno --- */
int unix_create(uint32_t type, int protocol, struct socket **out);
int netlink_create(uint32_t type, int protocol, struct socket **out);
int inet_create(uint32_t family, uint32_t type, int protocol, struct socket **out);

/* --- proc.c --- */
int procnet_start(struct dentry *root); /* /proc/net; root is that of /proc */

/* --- files.c --- */
int netfiles_start(
    struct dentry *root); /* what resolvers read, where the image has none; root: of the tree */
