/* SPDX-License-Identifier: MIT */
/* key.h - packets reduced to normalised headers. Pure: bytes in, a struct out. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "abi/exo_net.h"

/* What a filter compares: struct exo_net_key by words. */
union net_key {
    struct exo_net_key field;
    uint64_t word[EXO_NET_WORDS];
};

/* Where the parts of a packet begin, in bytes from its Ethernet header; 0: it has none. */
struct net_layout {
    uint16_t network;   /* 0: the packet is malformed */
    uint16_t transport; /* transport: TCP and UDP only, and not of a fragment */
    uint16_t payload;   /* behind the TCP or UDP header; 0 without transport */
    uint16_t protocol;  /* of the transport header; 0 without */
};

/* A packet as kernel/net handles it. */
struct net_packet {
    const uint8_t *bytes;
    uint32_t have;   /* that can be read */
    uint32_t length; /* of the whole packet */
    struct net_layout layout;
    bool verified;
};

/* What most packets are, in short: its key but for the card's address and the payload. */
struct net_flow {
    uint64_t addresses; /* source, destination, as they lie in the header */
    uint32_t ports;
    uint32_t kind; /* the protocol in the highest byte */
};

#define NET_IP_TCP 6
#define NET_IP_UDP 17

static inline uint64_t net_load(const uint8_t *at, uint32_t bytes)
{
    uint64_t word = 0;

    __builtin_memcpy(&word, at, bytes);
    return word;
}

/*
 * net_flow_read - flow and layout of a packet that is as most are: to one station, IPv4 without tag, options and fragments, TCP or UDP, its
 * headers here and in order. False: it is another, and the layout means nothing.
 */
static inline bool net_flow_read(struct net_flow *flow, struct net_layout *layout, const uint8_t *p,
                                 uint32_t have, uint32_t length)
{
    uint32_t at = 42;

    if (have < 54 && (have < 42 || p[23] == NET_IP_TCP))
        return false;
    if (p[0] & 1 || (net_load(p + 12, 4) & 0xffffff) != 0x450008) /* type, version and length */
        return false;
    uint32_t kind = net_load(p + 20, 4) & 0xff00ff3f; /* fragment, protocol */
    uint32_t end = 14u + __builtin_bswap16((uint16_t)net_load(p + 16, 2));

    if (end > length)
        return false;
    flow->kind = kind;
    flow->addresses = net_load(p + 26, 8);
    flow->ports = (uint32_t)net_load(p + 34, 4);
    layout->network = 14;
    layout->transport = 34;
    if (kind == NET_IP_TCP << 24) {
        uint64_t words = net_load(p + 46, 1) >> 4;

        at = 34 + (uint32_t)words * 4;
        if (words < 5)
            return false;
    } else if (kind == NET_IP_UDP << 24) {
        uint32_t bytes = __builtin_bswap16((uint16_t)net_load(p + 38, 2));

        if (bytes < 8 || 34 + bytes > end)
            return false;
        end = 34 + bytes;
    } else {
        return false;
    }
    uint32_t rest = (kind >> 8) + at;

    __builtin_memcpy(&layout->payload, &rest, sizeof rest); /* and protocol */
    return at <= end && (have == length || at <= have);
}
_Static_assert(__builtin_offsetof(struct net_layout, protocol) ==
                   __builtin_offsetof(struct net_layout, payload) + 2,
               "net_flow_read");

/* net_flow_turn - the flow of an answer. */
static inline void net_flow_turn(struct net_flow *flow)
{
    flow->addresses = flow->addresses << 32 | flow->addresses >> 32;
    flow->ports = flow->ports << 16 | flow->ports >> 16;
}

/*
 * net_key_read - the normalised header of an Ethernet frame.
 *
 * packet, have  the bytes that can be read: all of the frame, or its first ones
 * length        of the frame; at least `have`
 *
 * Reads nothing beyond `have`: what the headers place there makes the key malformed.
 * Bound    constant: at most 8 extension headers
 */
void net_key_read(union net_key *key, struct net_layout *layout, const uint8_t *packet,
                  uint32_t have, uint32_t length);

/* net_mask_simplify - take out of a filter what its Ethernet type implies, so that equal sets look equal. */
void net_mask_simplify(union net_key *mask, union net_key *value);

/* net_key_turn - the key of an answer: source and destination of addresses and ports change places. */
void net_key_turn(union net_key *key);
