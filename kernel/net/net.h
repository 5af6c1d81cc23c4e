/* SPDX-License-Identifier: MIT */
/* net.h - the network as the rest of the kernel sees it. */
#pragma once
#include "core/env.h"
#include "core/lock.h"

/* net_start - find the card and describe it in the machine page; `random` seeds the filters' hash. Boot. */
void net_start(struct exo_net_card *card, uint64_t random);
