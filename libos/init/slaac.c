/* SPDX-License-Identifier: MIT */
/*
 * slaac.c - IPv6 addresses by router advertisement; see slaac.h.
 *
 * Each instance gets an interface identifier of its own, a hash over card, prefix and its name (RFC 7217): all have one hardware address. What a later
 * advertisement changes is not followed.
 * States: NONE; ASKING -an advertisement with a prefix-> PROBING -a second in which nobody says that the address is his-> DONE.
 */
#include "libos/init/slaac.h"
#include "base/string.h"
#include "lib/exo/address.h"
#include "lib/exo/checksum.h"
#include "lib/exo/match.h"
#include "lib/exo/time.h"
#include "libos/init/init.h"
#include "libos/init/wire.h"

#define AT_IP     14
#define AT_ICMP   54
#define ICMPV6    58
#define SOLICIT   133 /* a router's advertisement */
#define NEIGHBOUR 135 /* who has this address? */
#define ANSWER    136
#define SECOND_NS 1000000000ull
#define RETRY_NS  (4 * SECOND_NS) /* RFC 4861, 10 */

static struct manifest *manifest;
static enum {
    SLAAC_NONE,
    SLAAC_ASKING,
    SLAAC_PROBING,
    SLAAC_DONE
} state;
static uint32_t permission; /* to send from the unspecified address */
static uint64_t next_ns;
static struct slaac_router router;
static struct candidate {
    bool wanted, taken; /* taken: another machine has it */
    uint8_t address[2][16];
} candidates[MANIFEST_INSTANCES_MAX];

/* An ICMPv6 message from the unspecified address to a group. */
static void send(const uint8_t *to, uint8_t kind, const uint8_t *target)
{
    uint8_t *frame = wire_frame();
    uint32_t bytes = target ? 24 : 8;

    memset(frame, 0, AT_ICMP + bytes);
    frame[0] = frame[1] = 0x33;
    memcpy(frame + 2, to + 12, 4);
    frame[12] = 0x86;
    frame[13] = 0xdd;
    frame[AT_IP] = 0x60;
    frame[AT_IP + 5] = (uint8_t)bytes;
    frame[AT_IP + 6] = ICMPV6;
    frame[AT_IP + 7] = 255;
    memcpy(frame + AT_IP + 24, to, 16);
    frame[AT_ICMP] = kind;
    if (target)
        memcpy(frame + AT_ICMP + 8, target, 16);
    uint16_t sum =
        (uint16_t)~checksum_add(frame + AT_IP + 8, 32 + bytes,
                                __builtin_bswap16((uint16_t)bytes) + (uint64_t)(ICMPV6 << 8));

    memcpy(frame + AT_ICMP + 2, &sum, 2);
    wire_send(AT_ICMP + bytes, permission);
}

/* FNV-1a, folded over the last steps so that each byte reaches all of it. */
static uint64_t identifier(const char *name)
{
    uint64_t hash = 0xcbf29ce484222325;
    uint8_t bytes[64] = {0};
    uint32_t count = 14;

    memcpy(bytes, machine.page->net.mac, 6);
    memcpy(bytes + 6, router.prefix, 8);
    for (; *name && count < sizeof bytes; name++)
        bytes[count++] = (uint8_t)*name;
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i < count; i++)
            hash = (hash ^ bytes[i]) * 0x100000001b3;
    return hash ^ hash >> 32;
}

/* The address in the router's network, and the link-local one with the same identifier; the last bytes of both say the group to ask. */
static void form(struct candidate *c, const char *name)
{
    uint64_t id = identifier(name);
    uint8_t group[16] = {0xff, 2, [11] = 1, [12] = 0xff}; /* ff02::1:ffxx:xxxx */

    memcpy(c->address[0], router.prefix, 8);
    memcpy(c->address[1], (const uint8_t[8]){0xfe, 0x80}, 8);
    for (uint32_t i = 0; i < 2; i++) {
        memcpy(c->address[i] + 8, &id, 8);
        c->address[i][8] &= 0xfc; /* neither a group nor anybody's universal identifier */
        memcpy(group + 13, c->address[i] + 13, 3);
        send(group, NEIGHBOUR, c->address[i]);
    }
}

const char *slaac_start(struct manifest *all)
{
    struct exo_net_filter everyone = {.flags = EXO_NET_SHARED | EXO_NET_RECEIVE_ONLY};
    struct exo_net_filter nobody = {.flags = 0};
    static const uint8_t all_nodes[16] = {0xff, 2, [15] = 1};
    static const uint8_t unspecified[16];

    manifest = all;
    for (uint32_t i = 0; i < all->count; i++) {
        candidates[i].wanted = all->instance[i].net.autoconf;
        if (candidates[i].wanted)
            state = SLAAC_ASKING;
    }
    if (state == SLAAC_NONE)
        return NULL;
    const char *wrong = wire_open();

    if (wrong)
        return wrong;
    /* The same set as instances', so that everybody who shares it gets a copy. */
    exo_match_kind(&everyone, 0x86dd);
    exo_match_destination(&everyone, all_nodes, 128);
    exo_match_kind(&nobody, 0x86dd);
    exo_match_destination(&nobody, unspecified, 128);
    exo_match_protocol(&nobody, ICMPV6);
    permission = wire_claim(&nobody);
    return permission && wire_claim(&everyone) ? NULL : "the kernel refuses the filters";
}

static void advertised(const struct slaac_router *said)
{
    router = *said;
    state = SLAAC_PROBING;
    next_ns = exo_now_ns(machine.page) + SECOND_NS;
    for (uint32_t i = 0; i < manifest->count; i++)
        if (candidates[i].wanted)
            form(&candidates[i], manifest->instance[i].name);
}

void slaac_frame(const uint8_t *frame, uint32_t length)
{
    struct slaac_router said;

    if (state == SLAAC_ASKING && slaac_read(frame, length, &said) && said.has_prefix)
        advertised(&said);
    if (state != SLAAC_PROBING || length < AT_ICMP + 24 || frame[AT_IP + 6] != ICMPV6 ||
        frame[AT_IP + 7] != 255 || frame[AT_ICMP] != ANSWER)
        return;
    for (uint32_t i = 0; i < manifest->count; i++)
        for (uint32_t k = 0; k < 2; k++)
            if (candidates[i].wanted && !memcmp(candidates[i].address[k], frame + AT_ICMP + 8, 16))
                candidates[i].taken = true;
}

static void enter(struct manifest_instance *config, const struct candidate *c)
{
    char text[EXO_ADDRESS_TEXT];

    if (c->taken)
        return;
    for (uint32_t i = 0; i < 2; i++) {
        struct manifest_address *a = &config->net.address[config->net.address_count++];

        *a = (struct manifest_address){.prefix = 64, .ipv6 = true};
        memcpy(a->address, c->address[i], 16);
    }
    if (router.is_default)
        memcpy(config->net.gateway6, router.address, 16);
    for (uint32_t i = 0; i < router.dns_count && config->net.dns_count < MANIFEST_SERVERS_MAX; i++)
        memcpy(config->net.dns[config->net.dns_count++], router.dns[i], 16);
    exo_address_text(c->address[0], text);
    init_log("init: instance %s: address %s/64, by a router's advertisement", config->name, text);
}

bool slaac_due(uint64_t now_ns)
{
    static const uint8_t all_routers[16] = {0xff, 2, [15] = 2};

    if (state == SLAAC_NONE || state == SLAAC_DONE || now_ns < next_ns)
        return false;
    if (state == SLAAC_ASKING) {
        send(all_routers, SOLICIT, NULL);
        next_ns = now_ns + RETRY_NS;
        return true;
    }
    state = SLAAC_DONE;
    for (uint32_t i = 0; i < manifest->count; i++)
        if (candidates[i].wanted)
            enter(&manifest->instance[i], &candidates[i]);
    return true;
}

uint64_t slaac_next_ns(void)
{
    return slaac_ready() ? EXO_FOREVER : next_ns;
}

bool slaac_ready(void)
{
    return state == SLAAC_NONE || state == SLAAC_DONE;
}

void slaac_give_up(void)
{
    if (state != SLAAC_NONE)
        state = SLAAC_DONE;
}

const char *slaac_missing(uint32_t index)
{
    if (!candidates[index].wanted)
        return NULL;
    if (candidates[index].taken)
        return "another machine has the IPv6 address that it would get: give it one in the "
               "manifest";
    return router.has_prefix ? NULL
                             : "no router advertised an IPv6 network within 12 s: give it an "
                               "address in the manifest";
}
