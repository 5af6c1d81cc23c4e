/* SPDX-License-Identifier: MIT */
/* rules.c - decisions that are more than a line; see rules.h. */
#include "core/rules.h"

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

int path_child(struct path *out, const struct path *parent, uint32_t component, uint32_t held,
               uint32_t rights)
{
    if (!rights_within(rights, held))
        return EXO_E_RIGHT;
    if (component)
        return path_append(out, parent, component) ? 0 : EXO_E_RANGE;
    *out = *parent;
    return 0;
}
