/* SPDX-License-Identifier: MIT */
/*
 * match.h - putting filters together: each function adds a condition to a struct exo_net_filter that began as {0}.
 *
 * Say everything that is meant: a filter for a port that does not say "no fragment" overlaps one for fragments, one
 * that does not say "no VLAN tag" matches tagged packets, too. exo_match_kind says both.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "abi/exo_net.h"

/* exo_match_kind - untagged packets of an Ethernet type, e.g. 0x0800. */
static inline void exo_match_kind(struct exo_net_filter *filter, uint16_t ethertype)
{
    filter->mask.ethertype = 0xffff;
    filter->value.ethertype = __builtin_bswap16(ethertype);
    filter->mask.flags |= EXO_NET_KEY_TAGGED;
}

/* exo_match_destination - to an address (16 bytes; IPv4 as ::ffff:a.b.c.d), or to its first `bits` of 128. */
static inline void exo_match_bits(uint8_t *mask, uint8_t *value, const uint8_t *address,
                                  uint32_t bits)
{
    for (uint32_t i = 0; i < 16; i++) {
        uint32_t here = bits >= (i + 1) * 8 ? 8 : bits > i * 8 ? bits - i * 8 : 0;

        mask[i] = (uint8_t)(0xff00 >> here);
        value[i] = address[i] & mask[i];
    }
}

static inline void exo_match_destination(struct exo_net_filter *filter, const uint8_t *address,
                                         uint32_t bits)
{
    exo_match_bits(filter->mask.destination, filter->value.destination, address, bits);
}

/* exo_match_source - the same for where it comes from. */
static inline void exo_match_source(struct exo_net_filter *filter, const uint8_t *address,
                                    uint32_t bits)
{
    exo_match_bits(filter->mask.source, filter->value.source, address, bits);
}

/* exo_match_protocol - of an IP protocol (6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6), and no fragment. */
static inline void exo_match_protocol(struct exo_net_filter *filter, uint8_t protocol)
{
    filter->mask.protocol = 0xff;
    filter->value.protocol = protocol;
    filter->mask.flags |= EXO_NET_KEY_FRAGMENT;
    filter->value.flags &= (uint8_t)~EXO_NET_KEY_FRAGMENT;
}

/* exo_match_ports - to the ports with (port & mask) == value; mask 0xffff: one. */
static inline void exo_match_ports(struct exo_net_filter *filter, uint16_t value, uint16_t mask)
{
    filter->mask.destination_port = __builtin_bswap16(mask);
    filter->value.destination_port = __builtin_bswap16(value & mask);
}

/* exo_match_source_port - from this port. */
static inline void exo_match_source_port(struct exo_net_filter *filter, uint16_t port)
{
    filter->mask.source_port = 0xffff;
    filter->value.source_port = __builtin_bswap16(port);
}

/* exo_match_ipv4 - an IPv4 address as filters want it: the 16 bytes of ::ffff:a.b.c.d. */
static inline void exo_match_ipv4(uint8_t *address, const uint8_t *ipv4)
{
    for (uint32_t i = 0; i < 16; i++)
        address[i] = i < 10 ? 0 : i < 12 ? 0xff : ipv4[i - 12];
}
