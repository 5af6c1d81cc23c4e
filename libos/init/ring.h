/* SPDX-License-Identifier: MIT */
/* ring.h - a packet ring of init's own: set up, buffers given to the kernel, entries taken in order. No locks: init has one thread. */
#pragma once
#include <stdint.h>
#include "abi/exo_net.h"

struct ring {
    struct exo_net_ring *shared; /* NULL: not open */
    uint8_t *buffers;            /* EXO_NET_BUFFER_BYTES each */
    uint32_t row;                /* of the ring, first of a net table of its own */
    uint32_t taken, posted;      /* they count for ever */
};

/*
 * ring_open - make a ring.
 *
 * address  where it is mapped, struct exo_net_ring first, its buffers behind it
 * frames   of buffers, two in each
 * receive  how many buffers, from the first, are for packets that come
 * event    of init's, when one has come
 * flags    EXO_NET_CAPTURE or 0
 *
 * Returns NULL, or what is wrong with the machine.
 */
const char *ring_open(struct ring *ring, uint64_t address, uint32_t frames, uint16_t receive,
                      uint32_t event, uint32_t flags);

/* ring_next - the oldest entry not taken yet, until ring_done; NULL: none, or the ring is not open. */
const struct exo_net_received *ring_next(const struct ring *ring);

/* ring_bytes - an entry's packet. */
const uint8_t *ring_bytes(const struct ring *ring, const struct exo_net_received *entry);

/* ring_done - the kernel gets the entry's buffer back. */
void ring_done(struct ring *ring);
