/* SPDX-License-Identifier: MIT */
/* map_none_remap.c - mremap that grows, shrinks and moves, of a mapping of kind none. */
#include "tests/diff/maps.h"

int main(void)
{
    remap_story(map_kind("none"));
    return 0;
}
