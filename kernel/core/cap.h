/* SPDX-License-Identifier: MIT */
/*
 * cap.h - hierarchical capabilities: short paths of numbers with rights.
 *
 * A path of depth d is d components of 16 bits, the first lowest, each 1..65535, all others 0. A capability
 * dominates every path that it prefixes. Pure: no state, no memory of its own.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "abi/exo_types.h"

struct path {
    uint64_t part[2];
    uint32_t depth; /* 0..EXO_CAP_DEPTH */
};

struct cap {
    struct path path;
    uint16_t rights;
    uint16_t present;
};

/*
 * path_dominates - does `over` prefix `under`? Constant time: no branch on the contents of the paths.
 */
extern const uint64_t path_depth_mask[EXO_CAP_DEPTH + 1][2];

static inline bool path_dominates(const struct path *over, const struct path *under)
{
    const uint64_t *mask = path_depth_mask[over->depth];
    uint64_t differs =
        ((over->part[0] ^ under->part[0]) & mask[0]) | ((over->part[1] ^ under->part[1]) & mask[1]);

    return !(differs | (over->depth > under->depth));
}

/* Appends a component (1..65535). False when the path is full; *out is then unchanged. */
bool path_append(struct path *out, const struct path *parent, uint32_t component);

/* The capability in `slot` of a table if it is present and has all `rights`: 0, -EXO_E_CAP, -EXO_E_RIGHT. */
int cap_get(const struct cap *table, uint32_t slot, uint32_t rights, const struct cap **out);
