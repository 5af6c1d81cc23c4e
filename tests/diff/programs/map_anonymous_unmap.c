/* SPDX-License-Identifier: MIT */
/* map_anonymous_unmap.c - unmapping a part in the middle, of a mapping of kind anonymous. */
#include "tests/diff/maps.h"

int main(void)
{
    unmap_story(map_kind("anonymous"));
    return 0;
}
