/* SPDX-License-Identifier: MIT */
/*
 * unix.h - the inside of AF_UNIX: names and connections (unix.c), streams (unix_stream.c), datagrams and sequenced
 * packets (unix_packet.c).
 *
 * A socket is counted: by its file (or by the queue that it waits for accept in), by each socket whose peer it is, and by
 * each packet whose sender it is. It is `dead` once its file is closed; what others still hold answers them with errors.
 */
#pragma once
#include "libos/linux/net/socket.h"
#include "libos/linux/net/ring.h"
#include "libos/linux/net/rights.h"

#define SOCK_STREAM      1
#define SOCK_DGRAM       2
#define SOCK_RAW         3
#define SOCK_SEQPACKET   5
#define UNIX_PATH_MAX    108
#define UNIX_PATH_OFFSET 2 /* of sun_path */
#define UNIX_NAME_MAX    (UNIX_PATH_OFFSET + UNIX_PATH_MAX)
#define UNIX_QUEUE_MAX                                                                             \
    10u /* datagrams that wait in a socket which is not connected back: max_dgram_qlen */

/* A bound name; shared with the connections that a listening socket makes. */
struct unix_name {
    uint32_t count;
    uint32_t length;           /* of the address, family included */
    struct list bucket;        /* abstract names */
    struct unix_socket *owner; /* NULL: it is gone */
    uint16_t family;
    char path[UNIX_PATH_MAX + 1];
};

/* Where in a stream something other than bytes begins. */
struct unix_mark {
    struct list node;
    uint64_t position, end; /* end: of the message that brought the rights */
    struct peer_credentials sender;
    struct rights *rights;
};

struct unix_packet {
    struct list node;
    struct unix_socket *sender; /* held */
    struct unix_name *from;     /* held; NULL: unnamed */
    struct peer_credentials credentials;
    struct rights *rights;
    uint64_t stamp_ns;
    uint32_t length, charge; /* charge: against the sender's SO_SNDBUF */
    uint8_t bytes[];
};

enum unix_collect {
    COLLECT_NONE,
    COLLECT_CANDIDATE,
    COLLECT_LIVE
};

struct unix_socket {
    struct socket socket; /* first */
    uint32_t count;
    bool dead;
    struct unix_socket *peer; /* held; NULL: none */
    struct unix_name *name;
    struct inode *inode; /* of a path: held; its u.state leads here */
    /* streams: what this socket receives */
    struct byte_ring ring;
    uint64_t taken; /* bytes ever read; + ring.count: ever written */
    struct list marks;
    struct peer_credentials now, last; /* senders of the next byte to read, of the last written */
    /* packets */
    struct list packets;
    uint32_t packet_count;
    uint32_t charged;      /* of packets that this socket sent and nobody read */
    struct list connected; /* of .connection: packet sockets whose peer this is */
    struct list connection;
    struct waitq room_wait; /* senders that are not connected here wait for room */
    /* listening */
    struct list embryos; /* of .embryo: connections that wait for accept, each counted */
    struct list embryo;
    uint32_t embryo_count, backlog;
    struct peer_credentials listener; /* who called listen */
    /* rights.c */
    struct list flyer, candidate;
    uint32_t in_flight, outside;
    enum unix_collect collect;
    struct list all; /* unix_sockets */
};

extern struct list unix_sockets; /* of .all, for /proc/net/unix */

void unix_hold(struct unix_socket *socket);
void unix_drop(struct unix_socket *socket);
void unix_name_drop(struct unix_name *name);
/* unix_resolve - the socket bound to an address (held) that takes `type`. -ECONNREFUSED, -ENOENT, -EACCES, -EPROTOTYPE, ... */
int unix_resolve(const struct socket_address *address, uint32_t length, uint32_t type,
                 struct unix_socket **out);
/* unix_autobind - give an abstract name to a socket without one. */
int unix_autobind(struct unix_socket *socket);
/* unix_give_name - a sender's name for a receive. */
void unix_give_name(struct message *message, const struct unix_name *name);
/* unix_sender - credentials to go with a message: what the program set, its own if either side wants them, else nobody's. */
struct peer_credentials unix_sender(const struct message *message, const struct socket *from,
                                    const struct socket *to);
static inline bool unix_same_sender(struct peer_credentials a, struct peer_credentials b)
{
    return a.pid == b.pid && a.uid == b.uid && a.gid == b.gid;
}
/* unix_give_control - credentials and rights (taken) to a receive. */
void unix_give_control(struct socket *socket, struct message *message,
                       struct peer_credentials sender, struct rights *rights);

/* unix_stream.c */
extern const struct file_ops unix_stream_file_ops;
int64_t unix_stream_send(struct socket *socket, struct message *message);
int64_t unix_stream_receive(struct socket *socket, struct message *message);
bool unix_stream_writable(const struct unix_socket *socket);
void unix_stream_free(struct unix_socket *socket);

/* unix_packet.c */
int64_t unix_packet_send(struct socket *socket, struct message *message);
int64_t unix_packet_receive(struct socket *socket, struct message *message);
bool unix_packet_writable(const struct unix_socket *socket);
void unix_packets_free(struct unix_socket *socket); /* all that it did not read */
