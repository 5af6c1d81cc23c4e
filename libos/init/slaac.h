/* SPDX-License-Identifier: MIT */
/*
 * slaac.h - IPv6 addresses that instances form of the prefix that a router advertises. Source: RFC 4861, RFC 4862, RFC 8106.
 *
 * init asks for the advertisement and looks whether anybody has the address, before it claims it.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "libos/init/manifest.h"

/* slaac_start - begin to ask for all instances with `address auto`. Returns NULL, or what is wrong with the machine. */
const char *slaac_start(struct manifest *manifest);

/* slaac_frame - a frame that has come. slaac_due: what time asks for. slaac_next_ns: when that is. */
void slaac_frame(const uint8_t *frame, uint32_t length);
bool slaac_due(uint64_t now_ns);
uint64_t slaac_next_ns(void);

/* slaac_ready - is nothing to be waited for? slaac_give_up: nobody waits any more. */
bool slaac_ready(void);
void slaac_give_up(void);

/* slaac_missing - why an instance with `address auto` has no address; NULL: it has, or wants none. */
const char *slaac_missing(uint32_t index);

/* What a router says. */
struct slaac_router {
    uint8_t address[16]; /* link-local */
    bool is_default;     /* it is a way to everywhere */
    bool has_prefix;
    uint8_t prefix[8]; /* of 64 bits */
    uint32_t dns_count;
    uint8_t dns[MANIFEST_SERVERS_MAX][16];
};

/* slaac_read - read an Ethernet frame as a router advertisement; false: it is none, or damaged. Pure. */
bool slaac_read(const uint8_t *frame, uint32_t length, struct slaac_router *router);
