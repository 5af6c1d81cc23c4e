/* SPDX-License-Identifier: MIT */
/*
 * interface.c - network interfaces as programs ask for them: the facts, and the ioctls of sockets.
 *
 * Nothing can be changed: addresses and routes are what init has claimed for the instance.
 */
#include "libos/linux/net/interface.h"
#include "libos/linux/net/stack.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include <linux/sockios.h>

#define HARDWARE_ETHERNET 1
#define HARDWARE_LOOPBACK 772
#define REQUEST_BYTES     40 /* struct ifreq */
#define NAME_BYTES        16

bool interface_at(uint32_t n, struct interface *out)
{
    const struct instance_net *net = instance->net.present ? &instance->net : NULL;

    memset(out, 0, sizeof *out);
    if (n == 0) {
        *out = (struct interface){.index = INTERFACE_LOOPBACK,
                                  .name = "lo",
                                  .flags = INTERFACE_UP | INTERFACE_LOOP | INTERFACE_RUNNING,
                                  .mtu = 65536,
                                  .kind = HARDWARE_LOOPBACK};
        return true;
    }
    if (n > 1 || !net)
        return false;
    *out = (struct interface){.index = INTERFACE_CARD,
                              .name = "eth0",
                              .flags = INTERFACE_UP | INTERFACE_BROADCAST | INTERFACE_RUNNING |
                                       INTERFACE_MULTICAST,
                              .mtu = net->mtu,
                              .kind = HARDWARE_ETHERNET};
    memcpy(out->hardware, net->mac, 6);
    return true;
}

bool interface_find(uint32_t index, const char *name, struct interface *out)
{
    for (uint32_t n = 0; interface_at(n, out); n++)
        if (name ? !strcmp(name, out->name) : index == out->index)
            return true;
    return false;
}

bool interface_address_at(uint32_t n, struct interface_address *out)
{
    const struct instance_net *net = &instance->net;

    out->index = n < 2 ? INTERFACE_LOOPBACK : INTERFACE_CARD;
    if (n == 0) {
        out->ip = ip_v4(0x0100007fu);
        out->prefix = 8;
        return true;
    }
    if (n == 1) {
        out->ip = (struct inet_ip){.byte = {[15] = 1}};
        out->prefix = 128;
        return true;
    }
    if (!net->present || n - 2 >= net->address_count)
        return false;
    memcpy(&out->ip, net->address[n - 2].address, 16);
    out->prefix = net->address[n - 2].prefix;
    return true;
}

static void mask_to(struct inet_ip *ip, uint32_t prefix)
{
    uint32_t bits = prefix + (ip_is_v4(ip) ? 96u : 0u);

    for (uint32_t i = 0; i < 16; i++) {
        uint32_t part = bits > i * 8 ? min_of(bits - i * 8, 8u) : 0;
        ip->byte[i] &= (uint8_t)(0xff << (8 - part));
    }
}

/* First the default ways, then for each address its network and itself. */
bool interface_route_at(uint32_t n, struct interface_route *out)
{
    const struct instance_net *net = &instance->net;
    struct interface_address address;
    static const uint8_t none[16];

    memset(out, 0, sizeof *out);
    for (uint32_t six = 0; six < 2 && net->present; six++) {
        const uint8_t *gateway = six ? net->gateway6 : net->gateway4;
        if (!memcmp(gateway, none, 12) && !memcmp(gateway + 12, none, 4))
            continue;
        if (n-- == 0) {
            memcpy(&out->gateway, gateway, 16);
            out->index = INTERFACE_CARD;
            out->to = six ? (struct inet_ip){0} : ip_v4(0);
            return true;
        }
    }
    if (!interface_address_at(n / 2, &address))
        return false;
    out->index = address.index;
    out->to = out->source = address.ip;
    out->local = n % 2 || (address.index == INTERFACE_LOOPBACK && ip_is_v4(&address.ip));
    out->prefix = n % 2 ? ip_is_v4(&address.ip) ? 32 : 128 : address.prefix;
    if (ip_is_v4(&address.ip))
        out->gateway = ip_v4(0);
    mask_to(&out->to, out->prefix);
    return true;
}

/* --- ioctl --- */

static void put_address(uint8_t at[16], uint32_t network_order)
{
    uint16_t family = AF_INET;

    memset(at, 0, 16);
    memcpy(at, &family, 2);
    memcpy(at + 4, &network_order, 4);
}

/* The first IPv4 address of an interface. */
static bool address_of(uint32_t index, struct interface_address *out)
{
    for (uint32_t n = 0; interface_address_at(n, out); n++)
        if (out->index == index && ip_is_v4(&out->ip))
            return true;
    return false;
}

static int64_t list_interfaces(uaddr_t argument)
{
    struct {
        int32_t length, pad;
        uaddr_t buffer;
    } list;
    uint8_t request[REQUEST_BYTES];
    struct interface_address address;
    struct interface interface;
    int32_t used = 0;

    if (copy_from_user(&list, argument, sizeof list))
        return -EFAULT;
    for (uint32_t n = 0; interface_address_at(n, &address); n++) {
        if (!ip_is_v4(&address.ip) || !interface_find(address.index, NULL, &interface))
            continue;
        if (list.buffer) {
            if (list.length - used < REQUEST_BYTES)
                break;
            memset(request, 0, sizeof request);
            memcpy(request, interface.name, strlen(interface.name));
            put_address(request + NAME_BYTES, address.ip.word[3]);
            if (copy_to_user(list.buffer + (uint32_t)used, request, sizeof request))
                return -EFAULT;
        }
        used += REQUEST_BYTES;
    }
    return put_user_u32(argument, (uint32_t)used);
}

static uint32_t netmask(uint32_t prefix)
{
    return prefix ? __builtin_bswap32(UINT32_MAX << (32 - prefix)) : 0;
}

static int64_t one_interface(uint32_t request, uaddr_t argument)
{
    uint8_t row[REQUEST_BYTES];
    struct interface interface;
    struct interface_address address;
    uint32_t index;
    int16_t flags;

    if (copy_from_user(row, argument, sizeof row))
        return -EFAULT;
    row[NAME_BYTES - 1] = '\0';
    memcpy(&index, row + NAME_BYTES, 4);
    if (!interface_find(index, request == SIOCGIFNAME ? NULL : (char *)row, &interface))
        return -ENODEV;
    if ((request == SIOCGIFADDR || request == SIOCGIFNETMASK || request == SIOCGIFBRDADDR) &&
        !address_of(interface.index, &address))
        return -EADDRNOTAVAIL;
    switch (request) {
    case SIOCGIFNAME:
        memset(row, 0, NAME_BYTES);
        memcpy(row, interface.name, strlen(interface.name));
        break;
    case SIOCGIFINDEX:
        memcpy(row + NAME_BYTES, &interface.index, 4);
        break;
    case SIOCGIFFLAGS:
        flags = (int16_t)interface.flags;
        memcpy(row + NAME_BYTES, &flags, 2);
        break;
    case SIOCGIFMTU:
        memcpy(row + NAME_BYTES, &interface.mtu, 4);
        break;
    case SIOCGIFMETRIC:
        memset(row + NAME_BYTES, 0, 4);
        break;
    case SIOCGIFTXQLEN:
        index = 1000;
        memcpy(row + NAME_BYTES, &index, 4);
        break;
    case SIOCGIFHWADDR:
        memset(row + NAME_BYTES, 0, 16);
        memcpy(row + NAME_BYTES, &(uint16_t){(uint16_t)interface.kind}, 2);
        memcpy(row + NAME_BYTES + 2, interface.hardware, 6);
        break;
    case SIOCGIFADDR:
        put_address(row + NAME_BYTES, address.ip.word[3]);
        break;
    case SIOCGIFNETMASK:
        put_address(row + NAME_BYTES, netmask(address.prefix));
        break;
    default: /* SIOCGIFBRDADDR */
        put_address(row + NAME_BYTES, interface.flags & INTERFACE_BROADCAST
                                          ? address.ip.word[3] | ~netmask(address.prefix)
                                          : 0);
        break;
    }
    return copy_to_user(argument, row, sizeof row);
}

int64_t interface_ioctl(uint32_t request, uaddr_t argument)
{
    switch (request) {
    case SIOCGIFCONF:
        return list_interfaces(argument);
    case SIOCGIFNAME:
    case SIOCGIFINDEX:
    case SIOCGIFFLAGS:
    case SIOCGIFMTU:
    case SIOCGIFMETRIC:
    case SIOCGIFTXQLEN:
    case SIOCGIFHWADDR:
    case SIOCGIFADDR:
    case SIOCGIFNETMASK:
    case SIOCGIFBRDADDR:
        return one_interface(request, argument);
    case SIOCSIFADDR:
    case SIOCSIFNETMASK:
    case SIOCSIFFLAGS:
    case SIOCSIFMTU:
    case SIOCADDRT:
    case SIOCDELRT:
        return unimplemented(-EPERM, "ioctl %#x: addresses and routes are given by the manifest",
                             request);
    case SIOCETHTOOL:
        return -EOPNOTSUPP;
    default:
        return -ENOTTY;
    }
}
