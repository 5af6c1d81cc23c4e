/* SPDX-License-Identifier: MIT */
/*
 * cap.c - hierarchical capabilities.
 *
 * Not here: who holds what (env.c keeps a table per env), and what happens to resources when a capability
 * goes (libos/init finds them by guard).
 */
#include "core/cap.h"

const uint64_t path_depth_mask[EXO_CAP_DEPTH + 1][2] = {
    {0, 0},
    {0xffff, 0},
    {0xffffffff, 0},
    {0xffffffffffff, 0},
    {0xffffffffffffffff, 0},
    {0xffffffffffffffff, 0xffff},
    {0xffffffffffffffff, 0xffffffff},
    {0xffffffffffffffff, 0xffffffffffff},
    {0xffffffffffffffff, 0xffffffffffffffff},
};

bool path_append(struct path *out, const struct path *parent, uint32_t component)
{
    struct path child = *parent;

    if (parent->depth >= EXO_CAP_DEPTH)
        return false;
    child.part[parent->depth / 4] |= (uint64_t)(component & 0xffff) << (parent->depth % 4 * 16);
    child.depth++;
    *out = child;
    return true;
}

int cap_get(const struct cap *table, uint32_t slot, uint32_t rights, const struct cap **out)
{
    if (slot >= EXO_CAP_SLOTS || !table[slot].present)
        return -EXO_E_CAP;
    if ((table[slot].rights & rights) != rights)
        return -EXO_E_RIGHT;
    *out = &table[slot];
    return 0;
}
