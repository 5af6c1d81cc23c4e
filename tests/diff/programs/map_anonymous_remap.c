/* SPDX-License-Identifier: MIT */
/* map_anonymous_remap.c - mremap that grows, shrinks and moves, of a mapping of kind anonymous. */
#include "tests/diff/maps.h"

int main(void)
{
    remap_story(map_kind("anonymous"));
    return 0;
}
