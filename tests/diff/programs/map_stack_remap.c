/* SPDX-License-Identifier: MIT */
/* map_stack_remap.c - mremap that grows, shrinks and moves, of a mapping of kind stack. */
#include "tests/diff/maps.h"

int main(void)
{
    remap_story(map_kind("stack"));
    return 0;
}
