/* SPDX-License-Identifier: MIT */
/*
 * lease.h - addresses that a DHCP server lends to instances.
 *
 * init asks for them, before it claims them: an instance never claims an address that it made up. It also renews them; an address
 * whose time is over is taken from its instance.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "lib/exo/instance.h"
#include "libos/init/manifest.h"

/*
 * lease_start - ask for the addresses of all instances with `address dhcp` or `address auto` (slaac.h), and put what comes into their part of the
 * manifest: address, gateway, name servers. Waits until all have theirs, at most LEASE_WAIT_NS.
 *
 * Returns  NULL, or what is wrong with the machine
 */
#define LEASE_WAIT_NS 12000000000ull
const char *lease_start(struct manifest *manifest);

/* lease_missing - why an instance that asked for an address has none; NULL: it has, or wants none. */
const char *lease_missing(uint32_t index);

/* lease_claims - the instance's claims, as net_claim has made them: they end with its lease. */
void lease_claims(uint32_t index, const struct instance_net *net);

/* lease_step - answers that have come, renewals that are due. True: something was done. lease_deadline: when it is to be called again. */
bool lease_step(void);
uint64_t lease_deadline(void);
