/* SPDX-License-Identifier: MIT */
/* map_zero_remap.c - mremap that grows, shrinks and moves, of a mapping of kind zero. */
#include "tests/diff/maps.h"

int main(void)
{
    remap_story(map_kind("zero"));
    return 0;
}
