/* SPDX-License-Identifier: MIT */
/* map_zero_unmap.c - unmapping a part in the middle, of a mapping of kind zero. */
#include "tests/diff/maps.h"

int main(void)
{
    unmap_story(map_kind("zero"));
    return 0;
}
