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
    uint16_t network, transport; /* transport: TCP and UDP only, and not of a fragment */
    uint16_t payload;            /* behind the TCP or UDP header; 0 without transport */
};

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
