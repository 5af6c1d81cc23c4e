/* SPDX-License-Identifier: MIT */
/* net.h - an instance's network: what init claims for it and what it is told. */
#pragma once
#include <stdint.h>
#include "lib/exo/instance.h"
#include "libos/init/manifest.h"

/*
 * net_claim - bind filters for an instance's addresses and ports, under the guard in slot CAP_CHILD.
 *
 * net    filled in, zeroed before; stays so if the instance has no address
 * frame  gives frames of the instance, for net tables; 0: none left
 *
 * Returns  0 or -EXO_E_*: of net_filter (EXO_E_EXISTS, EXO_E_OVERLAP), EXO_E_BUSY no frames, EXO_E_RANGE too many claims
 */
int64_t net_claim(struct instance_net *net, const struct manifest *manifest, uint32_t index,
                  uint64_t (*frame)(void *context), void *context);
