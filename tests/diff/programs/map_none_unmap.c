/* SPDX-License-Identifier: MIT */
/* map_none_unmap.c - unmapping a part in the middle, of a mapping of kind none. */
#include "tests/diff/maps.h"

int main(void)
{
    unmap_story(map_kind("none"));
    return 0;
}
