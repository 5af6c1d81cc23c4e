/* SPDX-License-Identifier: MIT */
/*
 * inet.h - the inside of AF_INET and AF_INET6: addresses, ports and names (inet.c, port.c), options (inet_option.c), TCP
 * (tcp.c), UDP (udp.c).
 *
 * What stays inside the instance never becomes a packet: the sender puts its bytes into the receiver, and the rules of
 * TCP and UDP decide what each side sees. What leaves goes through stack.h.
 *
 * IPv4 addresses are kept as ::ffff:a.b.c.d, so that one socket can speak both.
 */
#pragma once
#include "libos/linux/net/socket.h"
#include "libos/linux/net/ring.h"
#include "libos/linux/time/clock.h"

#define SOCK_STREAM 1
#define SOCK_DGRAM  2
#define SOCK_RAW    3

#define IPPROTO_IP     0
#define IPPROTO_ICMP   1
#define IPPROTO_TCP    6
#define IPPROTO_UDP    17
#define IPPROTO_IPV6   41
#define IPPROTO_ICMPV6 58

#define SEND_LIMIT_START    16384u /* of TCP, as tcp_wmem and tcp_rmem have them */
#define RECEIVE_LIMIT_START 131072u

#define PORT_FIRST 32768u /* ephemeral ports, as ip_local_port_range says */
#define PORT_LAST  60999u

/* States as /proc/net/tcp shows them. */
enum inet_state {
    TCP_ESTABLISHED = 1,
    TCP_SYN_SENT,
    TCP_SYN_RECV,
    TCP_FIN_WAIT1,
    TCP_FIN_WAIT2,
    TCP_TIME_WAIT,
    TCP_CLOSE,
    TCP_CLOSE_WAIT,
    TCP_LAST_ACK,
    TCP_LISTEN,
    TCP_CLOSING
};

struct inet_ip {
    union {
        uint8_t byte[16];
        uint32_t word[4]; /* network order */
        uint64_t half[2];
    };
};

struct endpoint {
    struct inet_ip ip;
    uint16_t port; /* host order */
    uint32_t scope;
};

/* Flags of IPPROTO_IP and IPPROTO_IPV6 that are on or off. */
#define INET_V6ONLY         0x0001u
#define INET_PKTINFO        0x0002u
#define INET_PKTINFO6       0x0004u
#define INET_RECVTTL        0x0008u
#define INET_RECVTOS        0x0010u
#define INET_RECVHOPLIMIT   0x0020u
#define INET_RECVTCLASS     0x0040u
#define INET_RECVERR        0x0080u
#define INET_RECVERR6       0x0100u
#define INET_FREEBIND       0x0200u
#define INET_BIND_NO_PORT   0x0400u
#define INET_MULTICAST_LOOP 0x0800u
#define INET_NODELAY        0x1000u
#define INET_CORK           0x2000u
#define INET_QUICKACK       0x4000u
#define INET_TRANSPARENT    0x8000u

struct inet_packet { /* a datagram that waits in its receiver */
    struct list node;
    struct endpoint from;
    struct inet_ip to;
    uint64_t stamp_ns;
    uint32_t length, charge; /* charge: against the receiver's SO_RCVBUF */
    uint8_t tos, ttl;
    uint8_t bytes[];
};

struct inet_socket {
    struct socket socket;          /* first */
    struct endpoint local, remote; /* remote.port 0: not connected */
    bool bound;                    /* has a port: in its bucket */
    bool port_chosen, ip_chosen;   /* by bind, not by us: disconnecting does not undo them */
    uint32_t owner;                /* uid of its maker, for SO_REUSEPORT */
    struct list port;
    struct list all; /* inet_sockets */
    uint32_t flags;  /* INET_* */
    uint32_t tos, ttl, hop_limit, traffic_class, multicast_ttl, multicast_hops, mtu_discover;
    /* TCP */
    enum inet_state state;
    bool connect_told; /* connect has returned the success */
    bool done;         /* was connected once */
    bool peer_gone;    /* its socket is closed: what is sent now resets the connection */
    bool send_locked, receive_locked; /* SO_SNDBUF, SO_RCVBUF were set */
    struct inet_socket *peer;         /* the other side, when it is in this instance */
    struct byte_ring ring;            /* received */
    struct list embryos, embryo;      /* of a listening socket: connections that wait for accept */
    struct list waiting;              /* and clients that wait for room among them */
    uint32_t embryo_count, backlog;
    struct inet_socket *listener; /* of an embryo or a waiting client */
    uint32_t keep_idle, keep_interval, keep_count, max_segment, user_timeout, linger2, defer_accept,
        syn_count, notsent_low, fast_open, window_clamp;
    /* UDP */
    struct inet_socket *receiver; /* of what is sent to `remote`, while found_at is port_changes */
    uint64_t found_at;
    struct list packets;
    uint32_t packet_count, receive_charge;
    uint64_t drops;
    /* outside (stack.c) */
    void *pcb;
};

extern struct list inet_sockets;            /* of .all */
extern const struct file_ops inet_file_ops; /* datagrams */

/* --- inet.c --- */
struct inet_socket *inet_new(const struct socket_ops *ops, uint32_t family, uint32_t type,
                             int protocol);
void inet_free(struct inet_socket *socket); /* out of all lists of this file */
static inline struct inet_socket *inet_of(struct socket *socket)
{
    return (struct inet_socket *)socket;
}
static inline bool ip_is_v4(const struct inet_ip *ip)
{
    return !ip->half[0] && ip->word[2] == 0xffff0000u;
}
static inline bool ip_equal(const struct inet_ip *a, const struct inet_ip *b)
{
    return a->half[0] == b->half[0] && a->half[1] == b->half[1];
}
static inline bool ip_is_any(const struct inet_ip *ip) /* of either family */
{
    return !ip->half[0] && (!ip->half[1] || (ip_is_v4(ip) && !ip->word[3]));
}
struct inet_ip ip_v4(uint32_t network_order);
bool ip_is_loopback(const struct inet_ip *ip);
bool ip_is_multicast(const struct inet_ip *ip);
bool ip_is_broadcast(const struct inet_ip *ip);
bool ip_is_here(const struct inet_ip *ip); /* an address of this instance, loopback included */
/* The program's address for this socket; -EINVAL, -EAFNOSUPPORT. */
int inet_parse(const struct inet_socket *self, const struct socket_address *address,
               uint32_t length, struct endpoint *out);
/* How the socket's family shows an endpoint; gives the length. */
int inet_show(const struct inet_socket *self, const struct endpoint *endpoint,
              struct socket_address *address);
int inet_bind(struct socket *socket, const struct socket_address *address, uint32_t length);
int inet_name(struct socket *socket, bool peer, struct socket_address *address);
/* The destination as it will be used (any becomes loopback), and the local address for it in self->local if it has none.
 * *here: it is in this instance. -ENETUNREACH, -EACCES (broadcast), ... */
int inet_route(struct inet_socket *self, struct endpoint *to, struct inet_ip *source, bool *here);

/* --- port.c --- */
/* port_take - give the socket its local.port (0: an ephemeral one). 0, -EADDRINUSE, -EACCES. */
int port_take(struct inet_socket *self);
/* port_free - may the socket have its local.port beside those that have it? */
bool port_free(const struct inet_socket *self);
extern uint64_t port_changes; /* changed whenever port_find may give another answer */
void port_give(struct inet_socket *self);
/* The socket that a packet to (to) from (from) belongs to, by protocol; listening ones for TCP. NULL: none. */
struct inet_socket *port_find(int protocol, const struct endpoint *to, const struct endpoint *from);
/* port_linger - a connection is in TIME_WAIT: its port cannot be bound without SO_REUSEADDR for a minute. */
void port_linger(const struct inet_socket *self);

/* --- inet_option.c --- */
int inet_set_option(struct socket *socket, int level, int name, uaddr_t value, uint32_t length);
int inet_get_option(struct socket *socket, int level, int name, void *value, uint32_t *length);
int inet_control(struct socket *socket, struct control *control, int level, int type,
                 uaddr_t content, uint64_t length);
/* Control messages that the program wants with a datagram. */
void inet_give_control(struct inet_socket *self, struct message *message,
                       const struct inet_packet *packet);

/* --- tcp.c, udp.c --- */
extern const struct socket_ops tcp_ops, udp_ops;
/* The connection was reset, or never came to be (error: errno). */
void tcp_reset(struct inet_socket *self, int error);
/* The other side will send no more. */
void tcp_end(struct inet_socket *self);
/* tcp_child - a connection for a listening socket; its options. NULL: no memory. Not yet in its list. */
struct inet_socket *tcp_child(struct inet_socket *listener);
void tcp_child_ready(struct inet_socket *listener, struct inet_socket *child);
void tcp_established(struct inet_socket *self);
bool tcp_writable(const struct inet_socket *self);
/* udp_deliver - a datagram for a socket; content from a message. Dropped when there is no room. */
int udp_deliver(struct inet_socket *receiver, const struct endpoint *from, const struct inet_ip *to,
                uint8_t tos, uint8_t ttl, struct message *message);
/* udp_packet - room for a datagram of so many bytes, which the caller fills in but for its charge and time; NULL: it is lost, and counted. */
#define PACKET_OVERHEAD 768u
static inline struct inet_packet *udp_packet(struct inet_socket *receiver, uint32_t bytes)
{
    uint32_t charge = bytes + PACKET_OVERHEAD;
    struct inet_packet *packet = NULL;

    if (receiver->receive_charge + charge <= receiver->socket.receive_limit)
        packet = heap_alloc(sizeof *packet + bytes);
    if (!packet) { /* as if it were lost on its way */
        receiver->drops++;
        return NULL;
    }
    packet->length = bytes;
    packet->charge = charge;
    packet->stamp_ns =
        receiver->socket.flags & (SOCKET_TIMESTAMP | SOCKET_TIMESTAMPNS) ? clock_realtime_ns() : 0;
    return packet;
}
/* udp_queue - the receiver has it. */
void udp_queue(struct inet_socket *receiver, struct inet_packet *packet);
/*
 * udp_send_plain, udp_receive_plain - sendto and recvfrom as most are for datagrams: one buffer, an IPv4 address or none, nothing to wait
 * for. They do at once what takes the general way several steps, with the same outcome.
 *
 * Returns  what the call returns; UDP_NOT_PLAIN: nothing happened, the general way is to be taken
 */
#define UDP_NOT_PLAIN INT64_MIN
int64_t udp_send_plain(struct inet_socket *self, uaddr_t buffer, uint64_t bytes, uint32_t flags,
                       uaddr_t address, uint64_t length);
int64_t udp_receive_plain(struct inet_socket *self, uaddr_t buffer, uint64_t bytes, uint32_t flags,
                          uaddr_t address, uaddr_t length);
/* Something happened to a datagram of the socket's. fatal: it is told to those, too, that are connected but did not ask. */
void udp_error(struct inet_socket *self, int error, bool fatal);

/* --- interface.c --- */
int64_t interface_ioctl(uint32_t request, uaddr_t argument); /* SIOCGIF...; -ENOTTY: not known */
