/* SPDX-License-Identifier: MIT */
/* map_stack_unmap.c - unmapping a part in the middle, of a mapping of kind stack. */
#include "tests/diff/maps.h"

int main(void)
{
    unmap_story(map_kind("stack"));
    return 0;
}
