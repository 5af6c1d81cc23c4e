/* SPDX-License-Identifier: MIT */
/*
 * route.c - what the instance's configuration says about addresses; no packet is needed to know it.
 */
#include "libos/linux/net/stack.h"
#include "lib/exo/net.h"

static bool in_network(const struct inet_ip *ip, const struct instance_address *address)
{
    uint32_t bits = address->prefix;
    uint32_t word[4];

    if (ip_is_v4(ip) == (address->ipv6 != 0))
        return false;
    memcpy(word, address->address, sizeof word);
    if (!address->ipv6)
        return !((ip->word[3] ^ word[3]) &
                 __builtin_bswap32((uint32_t)(UINT64_MAX << (32 - bits))));
    for (uint32_t i = 0; i < 4 && bits > i * 32; i++) {
        uint32_t part = min_of(bits - i * 32, 32u);
        if ((ip->word[i] ^ word[i]) & __builtin_bswap32(UINT32_MAX << (32 - part)))
            return false;
    }
    return true;
}

bool stack_owns(const struct inet_ip *ip)
{
    const struct instance_net *net = exo_net_config();

    for (uint32_t i = 0; net && i < net->address_count; i++)
        if (!memcmp(ip, net->address[i].address, 16))
            return true;
    return false;
}

bool stack_is_broadcast(const struct inet_ip *ip)
{
    const struct instance_net *net = exo_net_config();

    for (uint32_t i = 0; net && ip_is_v4(ip) && i < net->address_count; i++) {
        uint32_t host = 32u - net->address[i].prefix;
        uint32_t low = __builtin_bswap32(ip->word[3]);
        if (!net->address[i].ipv6 && host >= 2 && host < 32 &&
            (low | UINT32_MAX << host) == UINT32_MAX && in_network(ip, &net->address[i]))
            return true;
    }
    return false;
}

static bool gateway_for(const struct inet_ip *ip, const struct instance_net *net)
{
    static const uint8_t none[16];
    const uint8_t *gateway = ip_is_v4(ip) ? net->gateway4 : net->gateway6;

    return memcmp(gateway, none, 12) || memcmp(gateway + 12, none, 4);
}

/* The local address that packets to `ip` come from; NULL: there is no way. */
static const struct instance_address *source_for(const struct inet_ip *ip)
{
    const struct instance_net *net = exo_net_config();
    const struct instance_address *any = NULL;

    for (uint32_t i = 0; net && i < net->address_count; i++) {
        if (in_network(ip, &net->address[i]))
            return &net->address[i];
        if (!any && ip_is_v4(ip) == !net->address[i].ipv6)
            any = &net->address[i];
    }
    return any && (gateway_for(ip, net) || ip_is_broadcast(ip) || ip_is_multicast(ip) ||
                   !ip_is_v4(ip))
               ? any
               : NULL;
}

bool stack_reaches(const struct inet_ip *ip)
{
    return source_for(ip) != NULL;
}

void stack_source(const struct inet_ip *to, struct inet_ip *source)
{
    const struct instance_address *address = source_for(to);

    if (address)
        memcpy(source, address->address, 16);
}

bool stack_ports(uint16_t *first, uint16_t *count)
{
    const struct instance_net *net = exo_net_config();

    if (!net || !net->local_port_count)
        return false;
    *first = net->local_port_first;
    *count = net->local_port_count;
    return true;
}
