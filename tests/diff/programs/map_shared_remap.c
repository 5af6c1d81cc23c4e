/* SPDX-License-Identifier: MIT */
/* map_shared_remap.c - mremap that grows, shrinks and moves, of a mapping of kind shared. */
#include "tests/diff/maps.h"

int main(void)
{
    remap_story(map_kind("shared"));
    return 0;
}
