/* SPDX-License-Identifier: MIT */
/*
 * net.h - the machine's network card, what QEMU connects it to, and ports of this machine that lead into it.
 */
#pragma once
#include <sys/types.h>
#include "tools/text.h"

/* The guest's place in QEMU's user network; a program that runs alone has it. */
#define NET_USER_ADDRESS "10.0.2.15"
#define NET_USER_GATEWAY "10.0.2.2"
#define NET_USER_DNS     "10.0.2.3"
#define NET_USER_PREFIX  "24"

#define NET_USER_ADDRESS6 "fec0::15"
#define NET_USER_GATEWAY6 "fec0::2"
#define NET_USER_PREFIX6  "64"

struct net_forward {
    const char *text; /* as the user wrote it, for messages */
    unsigned host, guest;
    int udp;
    char *address; /* in the guest; NULL: NET_USER_ADDRESS */
};

struct net_wish {
    const char *mode; /* --net as given; NULL: what is needed */
    struct net_forward *forward;
    size_t forward_count;
};

/* net_mode - check the argument of --net; failures end the process with 125. */
void net_mode(struct net_wish *wish, const char *verb, const char *argument);

/*
 * net_port - add a port: HOST:GUEST, or PORT for both, each with /tcp (default) or /udp.
 *
 * what     option or key and verb, for messages
 * address  of the instance; NULL: NET_USER_ADDRESS. Shared
 */
void net_port(struct net_wish *wish, const char *what, const char *argument, char *address);

/* net_is_user - is it QEMU's user network? */
int net_is_user(const struct net_wish *wish);

/* net_is_off - is there to be no card, although somebody may want one? */
int net_is_off(const struct net_wish *wish);

/*
 * net_arguments - QEMU's options for the card; the ports of this machine were tried and are free.
 *
 * ipv6        does an instance have an IPv6 address?
 * memory_mib  of the machine
 *
 * Gives. Failures (a port in use) end the process with 125.
 */
struct text_list net_arguments(const struct net_wish *wish, const char *verb, int ipv6,
                               unsigned memory_mib);

/* net_widen - let many clients connect at once to the ports that QEMU listens at. Call when it has begun to run. */
void net_widen(pid_t qemu);
