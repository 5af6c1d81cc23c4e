/* SPDX-License-Identifier: MIT */
/* interface.h - the network interfaces of the instance as programs see them: lo, and eth0 if it has a network. */
#pragma once
#include "libos/linux/net/inet.h"

#define INTERFACE_LOOPBACK 1 /* indexes */
#define INTERFACE_CARD     2

#define INTERFACE_NAME_BYTES 16 /* IFNAMSIZ */

#define INTERFACE_UP        0x1u
#define INTERFACE_BROADCAST 0x2u
#define INTERFACE_LOOP      0x8u
#define INTERFACE_RUNNING   0x40u
#define INTERFACE_MULTICAST 0x1000u
#define INTERFACE_LOWER_UP  0x10000u /* netlink only */

struct interface {
    uint32_t index;
    const char *name;
    uint32_t flags, mtu, kind; /* kind: ARPHRD_* */
    uint8_t hardware[6];
};

struct interface_address {
    uint32_t index;
    struct inet_ip ip;
    uint32_t prefix; /* bits of the family's own address */
};

/* interface_at - number `n` from 0; false: there are no more. */
bool interface_at(uint32_t n, struct interface *out);
bool interface_find(uint32_t index, const char *name,
                    struct interface *out); /* by name if it is not NULL */
bool interface_address_at(uint32_t n, struct interface_address *out);

/* A line of the routing table, of either family. */
struct interface_route {
    uint32_t index;
    struct inet_ip to, gateway; /* gateway any: directly */
    uint32_t prefix;
    struct inet_ip source; /* any: none preferred */
    bool local;            /* the address itself: of the local table */
};
bool interface_route_at(uint32_t n, struct interface_route *out);
