/* SPDX-License-Identifier: MIT */
/*
 * net.c - an instance's network: claims on what its manifest says, and the configuration it is told.
 *
 * An address of its own is claimed as a whole. Of an address that several instances have, each claims its ports, a
 * range of local ports, and shares ARP, ICMP and neighbour discovery; fragments go to the first of them. Broadcasts
 * and groups are shared by all. The claims lie in net tables of the instance's frames, so that they end with it.
 */
#include "libos/init/net.h"
#include "base/string.h"
#include "exo_stubs.h"
#include "lib/exo/match.h"
#include "libos/init/init.h"

#define IPV4        0x0800
#define ARP         0x0806
#define IPV6        0x86dd
#define IP_ICMP     1
#define IP_TCP      6
#define IP_UDP      17
#define IP_ICMPV6   58
#define ONE_PORT    0xffff
#define LOCAL_PORTS ((uint16_t) ~(MANIFEST_LOCAL_PORT_COUNT - 1))

struct claims {
    struct instance_net *net;
    uint64_t (*frame)(void *context);
    void *context;
    uint64_t table;
    int64_t error; /* the first one */
};

/* The next free row; a new net table when the last one is full. */
static uint32_t next_row(struct claims *c)
{
    uint32_t used = c->net->claim_count % EXO_NET_ROWS;

    if (used == 0) {
        c->table = c->frame(c->context);
        c->error = c->table ? exo_net_table_create(CAP_CHILD, c->table) : -EXO_E_BUSY;
    }
    return (uint32_t)(c->table << EXO_NET_ROW_BITS | used);
}

/* Claims a set; what it is in the words of struct exo_net_filter and of struct instance_claim. */
static void claim(struct claims *c, uint16_t ethertype, const uint8_t *address, uint32_t flags,
                  uint8_t protocol, uint16_t port, uint16_t port_mask)
{
    struct exo_net_filter filter = {.flags = flags};

    if (c->error)
        return;
    if (c->net->claim_count == INSTANCE_NET_CLAIMS) {
        c->error = -EXO_E_RANGE;
        return;
    }
    uint32_t row = next_row(c);

    exo_match_kind(&filter, ethertype);
    exo_match_destination(&filter, address, 128);
    if (protocol)
        exo_match_protocol(&filter, protocol);
    if (port_mask)
        exo_match_ports(&filter, port, port_mask);
    if (!c->error)
        c->error = exo_net_filter(CAP_ROOT, row, CAP_CHILD, &filter);
    if (c->error < 0)
        return;
    struct instance_claim *out = &c->net->claim[c->net->claim_count++];

    *out = (struct instance_claim){.row = row,
                                   .ethertype = ethertype,
                                   .port = port,
                                   .port_mask = port_mask,
                                   .protocol = protocol,
                                   .receive_only = (flags & EXO_NET_RECEIVE_ONLY) != 0};
    memcpy(out->address, address, sizeof out->address);
}

/* All fragments to a shared address, for the one who puts them together. */
static void claim_fragments(struct claims *c, uint16_t ethertype, const uint8_t *address)
{
    struct exo_net_filter filter = {.flags = 0};

    if (c->error || c->net->claim_count == INSTANCE_NET_CLAIMS)
        return;
    uint32_t row = next_row(c);

    exo_match_kind(&filter, ethertype);
    exo_match_destination(&filter, address, 128);
    filter.mask.flags = filter.value.flags = EXO_NET_KEY_FRAGMENT;
    if (!c->error)
        c->error = exo_net_filter(CAP_ROOT, row, CAP_CHILD, &filter);
    if (!c->error)
        c->net->claim[c->net->claim_count++] =
            (struct instance_claim){.row = row, .ethertype = ethertype, .receive_only = 1};
}

static void claim_shared(struct claims *c, const struct manifest_instance *config, uint16_t kind,
                         const uint8_t *address, bool first)
{
    uint16_t local = c->net->local_port_first;

    for (uint32_t i = 0; i < config->net.port_count; i++)
        claim(c, kind, address, 0, config->net.port[i].protocol, config->net.port[i].port,
              ONE_PORT);
    claim(c, kind, address, 0, IP_TCP, local, LOCAL_PORTS);
    claim(c, kind, address, 0, IP_UDP, local, LOCAL_PORTS);
    claim(c, kind, address, EXO_NET_SHARED, kind == IPV4 ? IP_ICMP : IP_ICMPV6, 0, 0);
    if (first)
        claim_fragments(c, kind, address);
}

static void claim_ipv4(struct claims *c, const struct manifest_instance *config,
                       const struct manifest_address *a, bool first)
{
    uint32_t group = EXO_NET_SHARED | EXO_NET_RECEIVE_ONLY;
    uint8_t broadcast[16];

    claim(c, ARP, a->address, a->shared ? EXO_NET_SHARED : 0, 0, 0, 0);
    if (a->shared)
        claim_shared(c, config, IPV4, a->address, first);
    else
        claim(c, IPV4, a->address, 0, 0, 0, 0);
    memcpy(broadcast, a->address, sizeof broadcast);
    for (uint32_t bit = a->prefix; bit < 32; bit++)
        broadcast[12 + bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    if (a->prefix < 31)
        claim(c, IPV4, broadcast, group, 0, 0, 0);
}

static void claim_ipv6(struct claims *c, const struct manifest_instance *config,
                       const struct manifest_address *a, bool first)
{
    uint32_t group = EXO_NET_SHARED | EXO_NET_RECEIVE_ONLY;
    uint8_t solicited[16] = {0xff, 2, [11] = 1, [12] = 0xff}; /* ff02::1:ffxx:xxxx */

    if (a->shared)
        claim_shared(c, config, IPV6, a->address, first);
    else
        claim(c, IPV6, a->address, 0, 0, 0, 0);
    memcpy(solicited + 13, a->address + 13, 3);
    claim(c, IPV6, solicited, group, 0, 0, 0);
}

/* Is the instance the first of the manifest with this address? */
static bool is_first(const struct manifest *manifest, uint32_t index, const uint8_t *address)
{
    for (uint32_t i = 0; i < index; i++) {
        const struct manifest_net *net = &manifest->instance[i].net;

        for (uint32_t j = 0; j < net->address_count; j++)
            if (!memcmp(net->address[j].address, address, 16))
                return false;
    }
    return true;
}

static void tell(struct instance_net *net, const struct manifest_net *config, uint32_t index)
{
    net->present = 1;
    net->mtu = machine.page->net.mtu;
    memcpy(net->mac, machine.page->net.mac, sizeof net->mac);
    memcpy(net->gateway4, config->gateway4, sizeof net->gateway4);
    memcpy(net->gateway6, config->gateway6, sizeof net->gateway6);
    memcpy(net->dns, config->dns, sizeof net->dns);
    net->dns_count = config->dns_count;
    net->address_count = config->address_count;
    for (uint32_t i = 0; i < config->address_count; i++) {
        const struct manifest_address *a = &config->address[i];
        struct instance_address *out = &net->address[i];

        memcpy(out->address, a->address, sizeof out->address);
        out->prefix = (uint8_t)a->prefix;
        out->ipv6 = a->ipv6;
        out->shared = a->shared;
        if (a->shared) {
            net->local_port_first =
                (uint16_t)(MANIFEST_LOCAL_PORT_FIRST + index * MANIFEST_LOCAL_PORT_COUNT);
            net->local_port_count = MANIFEST_LOCAL_PORT_COUNT;
        }
    }
}
_Static_assert(MANIFEST_LOCAL_PORT_FIRST + MANIFEST_INSTANCES_MAX * MANIFEST_LOCAL_PORT_COUNT <=
                   65536,
               "every instance has local ports of its own");
_Static_assert(sizeof((struct instance_net *)0)->dns == sizeof((struct manifest_net *)0)->dns,
               "as many name servers in both");

int64_t net_claim(struct instance_net *net, const struct manifest *manifest, uint32_t index,
                  uint64_t (*frame)(void *context), void *context)
{
    static const uint8_t everyone[16] = {
        [10] = 0xff, [11] = 0xff, [12] = 0xff, [13] = 0xff, [14] = 0xff, [15] = 0xff};
    static const uint8_t all_nodes[16] = {0xff, 2, [15] = 1};
    const struct manifest_instance *config = &manifest->instance[index];
    struct claims c = {.net = net, .frame = frame, .context = context};
    bool families[2] = {false, false};

    if (!config->net.address_count)
        return 0;
    tell(net, &config->net, index);
    for (uint32_t i = 0; i < config->net.address_count; i++) {
        const struct manifest_address *a = &config->net.address[i];
        bool first = is_first(manifest, index, a->address);

        families[a->ipv6] = true;
        if (a->ipv6)
            claim_ipv6(&c, config, a, first);
        else
            claim_ipv4(&c, config, a, first);
    }
    if (families[0])
        claim(&c, IPV4, everyone, EXO_NET_SHARED | EXO_NET_RECEIVE_ONLY, 0, 0, 0);
    if (families[1])
        claim(&c, IPV6, all_nodes, EXO_NET_SHARED | EXO_NET_RECEIVE_ONLY, 0, 0, 0);
    return c.error;
}
