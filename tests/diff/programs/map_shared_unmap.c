/* SPDX-License-Identifier: MIT */
/* map_shared_unmap.c - unmapping a part in the middle, of a mapping of kind shared. */
#include "tests/diff/maps.h"

int main(void)
{
    unmap_story(map_kind("shared"));
    return 0;
}
