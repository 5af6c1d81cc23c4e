/* SPDX-License-Identifier: MIT */
/*
 * share.h - whose memory goes when somebody needs some: the broker's policy, as arithmetic.
 *
 * Each party has a reservation that nobody takes. What it holds beyond that is its excess, and goes to a needier one:
 *   - what an asker lacks of its own reservation comes from anyone's excess;
 *   - what it wants beyond comes from parties of lower priority, and from those of its own priority until excess divided by
 *     weight is the same for both; never from a higher priority.
 * The lowest priority pays first; within a priority, who has most excess for its weight.
 * Pure: linked into host tests too.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct share_party {
    uint64_t held, reserve; /* pages */
    uint32_t weight;        /* 1..SHARE_WEIGHT_MAX */
    uint32_t priority;      /* 0..SHARE_PRIORITY_MAX; higher: later asked */
    bool asked;             /* can be asked at all: it runs */
};

#define SHARE_PARTIES_MAX  31
#define SHARE_WEIGHT_MAX   1000
#define SHARE_PRIORITY_MAX 15

/*
 * share_split - who gives how much, so that `need` pages come together for parties[asker].
 *
 * ask  out: pages for each of the count parties to give back
 *
 * Returns  their sum: at most need; less when the rules allow no more
 */
uint64_t share_split(const struct share_party *parties, uint32_t count, uint32_t asker,
                     uint64_t need, uint64_t *ask);
