/* SPDX-License-Identifier: MIT */
/*
 * inet_option.c - options of IPPROTO_IP, IPPROTO_IPV6 and IPPROTO_TCP, and the control messages that go with datagrams.
 *
 * A row of the tables says where an option's number lives; what needs a check of its own is below them.
 */
#include "libos/linux/net/inet.h"
#include "libos/linux/net/stack.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include <asm/socket.h>

/* Numbers of <linux/in.h>, <linux/in6.h>, <linux/tcp.h>, which cannot be included beside each other. */
enum {
    IP_TOS = 1,
    IP_TTL = 2,
    IP_PKTINFO = 8,
    IP_MTU_DISCOVER = 10,
    IP_RECVERR = 11,
    IP_RECVTTL = 12,
    IP_RECVTOS = 13,
    IP_MTU = 14,
    IP_FREEBIND = 15,
    IP_TRANSPARENT = 19,
    IP_BIND_ADDRESS_NO_PORT = 24,
    IP_MULTICAST_TTL = 33,
    IP_MULTICAST_LOOP = 34,
    IPV6_UNICAST_HOPS = 16,
    IPV6_MULTICAST_HOPS = 18,
    IPV6_MULTICAST_LOOP = 19,
    IPV6_MTU_DISCOVER = 23,
    IPV6_MTU = 24,
    IPV6_RECVERR = 25,
    IPV6_V6ONLY = 26,
    IPV6_RECVPKTINFO = 49,
    IPV6_PKTINFO = 50,
    IPV6_RECVHOPLIMIT = 51,
    IPV6_HOPLIMIT = 52,
    IPV6_RECVTCLASS = 66,
    IPV6_TCLASS = 67,
    TCP_NODELAY = 1,
    TCP_MAXSEG = 2,
    TCP_CORK = 3,
    TCP_KEEPIDLE = 4,
    TCP_KEEPINTVL = 5,
    TCP_KEEPCNT = 6,
    TCP_SYNCNT = 7,
    TCP_LINGER2 = 8,
    TCP_DEFER_ACCEPT = 9,
    TCP_WINDOW_CLAMP = 10,
    TCP_INFO = 11,
    TCP_QUICKACK = 12,
    TCP_CONGESTION = 13,
    TCP_USER_TIMEOUT = 18,
    TCP_FASTOPEN = 23,
    TCP_NOTSENT_LOWAT = 25,
};

#define LOOPBACK_MTU     65536u
#define LOOPBACK_SEGMENT 65483u
#define SEGMENT_DEFAULT  536u
#define TCP_INFO_BYTES   104u

struct option_row {
    int level, name;
    uint32_t flag;         /* INET_*: on or off; 0: a number */
    uint32_t offset;       /* of the number in struct inet_socket */
    int least, most, none; /* none: what -1 means (INT32_MIN: nothing special) */
    uint32_t initial;      /* shown for 0 */
};
#define FLAG(level, name, flag)                                                                    \
    {                                                                                              \
        level, name, flag, 0, 0, 0, 0, 0                                                           \
    }
#define NUMBER(level, name, member, least, most, none, initial)                                    \
    {                                                                                              \
        level, name, 0, offsetof(struct inet_socket, member), least, most, none, initial           \
    }
#define NOTHING INT32_MIN

static const struct option_row rows[] = {
    FLAG(IPPROTO_IP, IP_PKTINFO, INET_PKTINFO),
    FLAG(IPPROTO_IP, IP_RECVTTL, INET_RECVTTL),
    FLAG(IPPROTO_IP, IP_RECVTOS, INET_RECVTOS),
    FLAG(IPPROTO_IP, IP_RECVERR, INET_RECVERR),
    FLAG(IPPROTO_IP, IP_FREEBIND, INET_FREEBIND),
    FLAG(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, INET_BIND_NO_PORT),
    FLAG(IPPROTO_IP, IP_MULTICAST_LOOP, INET_MULTICAST_LOOP),
    NUMBER(IPPROTO_IP, IP_TOS, tos, INT32_MIN, INT32_MAX, NOTHING, 0),
    NUMBER(IPPROTO_IP, IP_TTL, ttl, 1, 255, 64, 0),
    NUMBER(IPPROTO_IP, IP_MTU_DISCOVER, mtu_discover, 0, 5, NOTHING, 0),
    NUMBER(IPPROTO_IP, IP_MULTICAST_TTL, multicast_ttl, 0, 255, 1, 0),
    FLAG(IPPROTO_IPV6, IPV6_V6ONLY, INET_V6ONLY),
    FLAG(IPPROTO_IPV6, IPV6_RECVPKTINFO, INET_PKTINFO6),
    FLAG(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, INET_RECVHOPLIMIT),
    FLAG(IPPROTO_IPV6, IPV6_RECVTCLASS, INET_RECVTCLASS),
    FLAG(IPPROTO_IPV6, IPV6_RECVERR, INET_RECVERR6),
    FLAG(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, INET_MULTICAST_LOOP),
    NUMBER(IPPROTO_IPV6, IPV6_UNICAST_HOPS, hop_limit, 0, 255, 64, 0),
    NUMBER(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, multicast_hops, 0, 255, 1, 0),
    NUMBER(IPPROTO_IPV6, IPV6_MTU_DISCOVER, mtu_discover, 0, 5, NOTHING, 0),
    NUMBER(IPPROTO_IPV6, IPV6_TCLASS, traffic_class, 0, 255, 0, 0),
    FLAG(IPPROTO_TCP, TCP_NODELAY, INET_NODELAY),
    FLAG(IPPROTO_TCP, TCP_CORK, INET_CORK),
    FLAG(IPPROTO_TCP, TCP_QUICKACK, INET_QUICKACK),
    NUMBER(IPPROTO_TCP, TCP_KEEPIDLE, keep_idle, 1, 32767, NOTHING, 7200),
    NUMBER(IPPROTO_TCP, TCP_KEEPINTVL, keep_interval, 1, 32767, NOTHING, 75),
    NUMBER(IPPROTO_TCP, TCP_KEEPCNT, keep_count, 1, 127, NOTHING, 9),
    NUMBER(IPPROTO_TCP, TCP_SYNCNT, syn_count, 1, 127, NOTHING, 6),
    NUMBER(IPPROTO_TCP, TCP_USER_TIMEOUT, user_timeout, 0, INT32_MAX, NOTHING, 0),
    NUMBER(IPPROTO_TCP, TCP_LINGER2, linger2, 0, 120, NOTHING, 60),
    NUMBER(IPPROTO_TCP, TCP_DEFER_ACCEPT, defer_accept, INT32_MIN, INT32_MAX, NOTHING, 0),
    NUMBER(IPPROTO_TCP, TCP_NOTSENT_LOWAT, notsent_low, INT32_MIN, INT32_MAX, NOTHING, 0),
};

static const struct option_row *row_of(const struct inet_socket *self, int level, int name)
{
    if (level == IPPROTO_TCP && self->socket.protocol != IPPROTO_TCP)
        return NULL;
    if (level == IPPROTO_IPV6 && self->socket.family != AF_INET6)
        return NULL;
    for (uint32_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].level == level && rows[i].name == name)
            return &rows[i];
    return NULL;
}

static uint32_t *number_of(struct inet_socket *self, const struct option_row *row)
{
    return (uint32_t *)((char *)self + row->offset);
}

/* --- Setting --- */

static int set_row(struct inet_socket *self, const struct option_row *row, int32_t value)
{
    if (row->flag) {
        if (row->flag == INET_V6ONLY && self->bound)
            return -EINVAL;
        self->flags = value ? self->flags | row->flag : self->flags & ~row->flag;
        return 0;
    }
    if (value == -1 && row->none != NOTHING)
        value = row->none;
    if (value < row->least || value > row->most)
        return -EINVAL;
    if (row->level == IPPROTO_IP && row->name == IP_TOS)
        value &= self->socket.type == SOCK_STREAM ? 0xfc : 0xff;
    *number_of(self, row) = (uint32_t)value;
    return 0;
}

static int set_congestion(uaddr_t value, uint32_t length)
{
    char name[16] = "";

    if (!length)
        return -EINVAL;
    if (copy_from_user(name, value, min_of(length, (uint32_t)sizeof name - 1)))
        return -EFAULT;
    return strcmp(name, "reno") ? -ENOENT : 0;
}

static int set_other(struct inet_socket *self, int level, int name, int32_t value)
{
    if (level == IPPROTO_TCP && name == TCP_MAXSEG) {
        if (value && (value < 88 || value > 32767))
            return -EINVAL;
        self->max_segment = (uint32_t)value;
        return 0;
    }
    if (level == IPPROTO_TCP && name == TCP_FASTOPEN && value >= 0) {
        self->fast_open =
            (uint32_t)value; /* a cookie is never given: connections start the ordinary way */
        return 0;
    }
    if (level == IPPROTO_TCP && name == TCP_WINDOW_CLAMP) {
        self->window_clamp = (uint32_t)value;
        return 0;
    }
    return (int)unimplemented(-ENOPROTOOPT, "setsockopt level %d option %d", level, name);
}

int inet_set_option(struct socket *socket, int level, int name, uaddr_t value, uint32_t length)
{
    struct inet_socket *self = inet_of(socket);
    const struct option_row *row = row_of(self, level, name);
    uint32_t number = 0;
    uint8_t byte;
    int error = 0;

    if ((level != IPPROTO_IP && level != IPPROTO_IPV6 && level != IPPROTO_TCP) ||
        (level == IPPROTO_TCP && socket->protocol != IPPROTO_TCP) ||
        (level == IPPROTO_IPV6 && socket->family != AF_INET6))
        return -ENOPROTOOPT;
    if (level == IPPROTO_TCP && name == TCP_CONGESTION)
        return set_congestion(value, length);
    if (length >= sizeof number) {
        error = get_user_u32(&number, value);
    } else if (level == IPPROTO_IP && length) {
        error = copy_from_user(&byte, value, 1);
        number = byte;
    } else if (level != IPPROTO_IP || row) {
        return -EINVAL;
    }
    if (error)
        return error;
    error =
        row ? set_row(self, row, (int32_t)number) : set_other(self, level, name, (int32_t)number);
    if (!error && self->pcb && socket->protocol == IPPROTO_TCP)
        stack_options(self);
    return error;
}

/* --- Reading --- */

static int give(void *value, uint32_t *length, const void *from, uint32_t bytes)
{
    *length = min_of(*length, bytes);
    memcpy(value, from, *length);
    return 0;
}

/* struct tcp_info as far as this TCP knows; the rest is zero. */
static void tcp_information(const struct inet_socket *self, uint8_t out[TCP_INFO_BYTES])
{
    uint32_t segment = self->max_segment ? self->max_segment : self->peer ? LOOPBACK_SEGMENT : 1448;
    uint32_t word[] = {[0] = 200000 /* rto */, [1] = 40000 /* ato */, [2] = segment, [3] = segment};

    memset(out, 0, TCP_INFO_BYTES);
    out[0] = (uint8_t)self->state;
    out[5] = self->done ? 2 | 4 : 0; /* SACK, window scaling */
    memcpy(out + 8, word, sizeof word);
    ((uint32_t *)out)[6] = self->pcb && self->done
                               ? (stack_unacknowledged(self) + segment - 1) / segment
                               : 0;                           /* unacked */
    ((uint32_t *)out)[15] = self->peer ? LOOPBACK_MTU : 1500; /* pmtu */
    ((uint32_t *)out)[20] = 10;                               /* snd_cwnd */
    ((uint32_t *)out)[21] = segment;                          /* advmss */
    ((uint32_t *)out)[22] = 3;                                /* reordering */
}

int inet_get_option(struct socket *socket, int level, int name, void *value, uint32_t *length)
{
    struct inet_socket *self = inet_of(socket);
    const struct option_row *row = row_of(self, level, name);
    uint8_t information[TCP_INFO_BYTES];
    uint32_t number;

    if (row) {
        number = row->flag ? !!(self->flags & row->flag) : *number_of(self, row);
        if (!row->flag && !number)
            number = row->initial;
        if (level == IPPROTO_IP && *length && *length < sizeof number && number <= 255) {
            uint8_t byte = (uint8_t)number;
            return give(value, length, &byte, 1);
        }
        return give(value, length, &number, sizeof number);
    }
    if (level == IPPROTO_TCP && socket->protocol == IPPROTO_TCP) {
        switch (name) {
        case TCP_MAXSEG:
            number = self->peer          ? LOOPBACK_SEGMENT
                     : self->max_segment ? self->max_segment
                                         : SEGMENT_DEFAULT;
            return give(value, length, &number, sizeof number);
        case TCP_WINDOW_CLAMP:
            return give(value, length, &self->window_clamp, sizeof number);
        case TCP_FASTOPEN:
            return give(value, length, &self->fast_open, sizeof number);
        case TCP_CONGESTION:
            return give(value, length, "reno\0\0\0\0\0\0\0\0\0\0\0", 16);
        case TCP_INFO:
            tcp_information(self, information);
            return give(value, length, information, sizeof information);
        default:
            break;
        }
    }
    if ((level == IPPROTO_IP && name == IP_MTU) || (level == IPPROTO_IPV6 && name == IPV6_MTU)) {
        if (!self->remote.port)
            return -ENOTCONN;
        number = ip_is_here(&self->remote.ip) ? LOOPBACK_MTU : 1500;
        return give(value, length, &number, sizeof number);
    }
    if (level == IPPROTO_IP || (level == IPPROTO_IPV6 && socket->family == AF_INET6) ||
        (level == IPPROTO_TCP && socket->protocol == IPPROTO_TCP))
        return (int)unimplemented(-ENOPROTOOPT, "getsockopt level %d option %d", level, name);
    return level == IPPROTO_UDP && socket->protocol == IPPROTO_UDP ? -ENOPROTOOPT : -EOPNOTSUPP;
}

/* --- Control messages --- */

int inet_control(struct socket *socket, struct control *control, int level, int type,
                 uaddr_t content, uint64_t length)
{
    uint32_t word[5] = {0};

    if (socket->type != SOCK_DGRAM || (level != IPPROTO_IP && level != IPPROTO_IPV6))
        return 0;
    if (length > sizeof word || copy_from_user(word, content, length))
        return length > sizeof word ? -EINVAL : -EFAULT;
    if (level == IPPROTO_IP && type == IP_PKTINFO && length == 12) {
        control->has_pktinfo = true;
        control->source4 = word[1];
    } else if (level == IPPROTO_IPV6 && type == IPV6_PKTINFO && length == 20) {
        control->has_pktinfo6 = true;
        memcpy(control->source6, word, 16);
    } else if ((level == IPPROTO_IP && type == IP_TTL) ||
               (level == IPPROTO_IPV6 && type == IPV6_HOPLIMIT)) {
        if (length != 4 || (int32_t)word[0] < 1 || word[0] > 255)
            return -EINVAL;
        control->has_ttl = true;
        control->ttl = (int)word[0];
    } else if ((level == IPPROTO_IP && type == IP_TOS) ||
               (level == IPPROTO_IPV6 && type == IPV6_TCLASS)) {
        control->has_tos = true;
        control->tos = (int)(word[0] & 255);
    } else {
        return (int)unimplemented(-EINVAL, "sendmsg: control message level %d type %d", level,
                                  type);
    }
    return 0;
}

void inet_give_control(struct inet_socket *self, struct message *message,
                       const struct inet_packet *packet)
{
    bool v4 = ip_is_v4(&packet->to);
    bool here = ip_is_loopback(&packet->to);
    uint32_t number;

    if (packet->stamp_ns && (self->socket.flags & (SOCKET_TIMESTAMP | SOCKET_TIMESTAMPNS))) {
        bool ns = self->socket.flags & SOCKET_TIMESTAMPNS;
        int64_t time[2] = {(int64_t)(packet->stamp_ns / NS_PER_SECOND),
                           (int64_t)(packet->stamp_ns % NS_PER_SECOND)};
        if (!ns)
            time[1] /= 1000;
        control_put(message, SOL_SOCKET, ns ? SO_TIMESTAMPNS_OLD : SO_TIMESTAMP_OLD, time,
                    sizeof time);
    }
    if (v4 && (self->flags & INET_PKTINFO)) {
        uint32_t info[3] = {here ? 1 : 2, packet->to.word[3], packet->to.word[3]};
        control_put(message, IPPROTO_IP, IP_PKTINFO, info, sizeof info);
    }
    if (v4 && (self->flags & INET_RECVTTL)) {
        number = packet->ttl;
        control_put(message, IPPROTO_IP, IP_TTL, &number, sizeof number);
    }
    if (v4 && (self->flags & INET_RECVTOS))
        control_put(message, IPPROTO_IP, IP_TOS, &packet->tos, 1);
    if (self->socket.family != AF_INET6)
        return;
    if (self->flags & INET_PKTINFO6) {
        uint32_t info[5];
        memcpy(info, &packet->to, 16);
        info[4] = here ? 1 : 2;
        control_put(message, IPPROTO_IPV6, IPV6_PKTINFO, info, sizeof info);
    }
    if (!v4 && (self->flags & INET_RECVHOPLIMIT)) {
        number = packet->ttl;
        control_put(message, IPPROTO_IPV6, IPV6_HOPLIMIT, &number, sizeof number);
    }
    if (!v4 && (self->flags & INET_RECVTCLASS)) {
        number = packet->tos;
        control_put(message, IPPROTO_IPV6, IPV6_TCLASS, &number, sizeof number);
    }
}
