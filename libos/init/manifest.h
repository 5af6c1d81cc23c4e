/* SPDX-License-Identifier: MIT */
/*
 * manifest.h - the manifest (docs/boot-image.md): which instances to start, with what.
 *
 * Pure and strict: an unknown key, a missing value or a bad number is an error with line and
 * column. Linked into host tests too.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/exo_manifest.h"

#define MANIFEST_REST UINT64_MAX

enum manifest_list {
    MANIFEST_ARG,
    MANIFEST_ENV,
    MANIFEST_OPTION
};
enum manifest_restart {
    RESTART_NO,
    RESTART_ON_FAILURE,
    RESTART_ALWAYS
};

enum manifest_after {
    AFTER_NOTHING,
    AFTER_ENDS,  /* the other instance has ended */
    AFTER_WRITES /* it has written to its standard output, or ended */
};

#define MANIFEST_WEIGHT_MAX   1000
#define MANIFEST_PRIORITY_MAX 15
#define MANIFEST_REST_RESERVE                                                                      \
    (16ull << 20) /* of an instance with memory `rest`, unless it says otherwise */

struct manifest_address {
    uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d */
    uint32_t prefix;     /* of 32 or 128 bits */
    bool ipv6;
    bool shared; /* another instance has it, too: then its ports decide */
};

struct manifest_port {
    uint16_t port;
    uint8_t protocol; /* of IP: 6 or 17 */
};

#define MANIFEST_ADDRESSES_MAX 4
#define MANIFEST_PORTS_MAX     16
#define MANIFEST_SERVERS_MAX   3
#define MANIFEST_DEVICES_MAX   4
/* On a shared address, instance n opens connections from LOCAL_PORT_COUNT ports, those from LOCAL_PORT_FIRST + n times
 * that many on; listed ports are below. */
#define MANIFEST_LOCAL_PORT_FIRST 32768u
#define MANIFEST_LOCAL_PORT_COUNT 1024u

struct manifest_net {
    bool autoconf; /* an IPv6 address is formed of what a router advertises: put in by slaac.c */
    bool
        dhcp; /* its IPv4 address is lent by a DHCP server: put in here by lease.c, as the first one */
    uint32_t address_count;
    struct manifest_address address[MANIFEST_ADDRESSES_MAX];
    uint32_t port_count; /* 0: all ports of its addresses */
    struct manifest_port port[MANIFEST_PORTS_MAX];
    uint8_t gateway4[16], gateway6[16]; /* all 0: none */
    uint32_t dns_count;
    uint8_t dns[MANIFEST_SERVERS_MAX][16];
};

struct manifest_device {
    uint16_t vendor, device;
    bool trusted; /* it may master the bus even without an IOMMU */
};

struct manifest_instance {
    const char *name;
    const char *libos;
    const char *root; /* NULL: none */
    const char *cwd;
    uint64_t memory_bytes;  /* the most that it gets; MANIFEST_REST: what is left */
    uint64_t reserve_bytes; /* what nobody takes from it; 0: not said */
    uint32_t weight, priority;
    uint32_t deadline_ms; /* to give back what it is asked for */
    enum manifest_after after;
    uint32_t after_instance;
    uint32_t share;
    enum manifest_restart restart;
    uint32_t tty_mask;
    uint16_t rows, columns;
    struct manifest_net net;
    uint32_t device_count;
    struct manifest_device device[MANIFEST_DEVICES_MAX];
    uint32_t line; /* of its instance line */
};

/* One arg, env or option line, in the order of the file. */
struct manifest_item {
    uint32_t instance;
    enum manifest_list list;
    const char *text;
    const char *value; /* option: the value; else NULL */
};

struct manifest {
    bool capture; /* all packets go to the host, too */
    uint32_t count;
    struct manifest_instance instance[MANIFEST_INSTANCES_MAX];
    struct manifest_item *items; /* of the caller */
    uint32_t item_count, item_limit;
    uint32_t error_line, error_column; /* from 1 */
    char error[160];
};

/* manifest_reserve - bytes that nobody takes from it: all of an amount, unless it says less. */
static inline uint64_t manifest_reserve(const struct manifest_instance *instance)
{
    if (instance->reserve_bytes)
        return instance->reserve_bytes;
    return instance->memory_bytes == MANIFEST_REST ? MANIFEST_REST_RESERVE : instance->memory_bytes;
}

/*
 * manifest_parse - read a manifest.
 *
 * manifest  filled in; items and item_limit are set by the caller
 * text      the file and a NUL after it, text[bytes]; strings are unescaped in place, so the caller
 * keeps it bytes     its length
 *
 * Returns  true; or false with error, error_line and error_column set
 * Bound    linear in bytes
 */
bool manifest_parse(struct manifest *manifest, char *text, size_t bytes);
