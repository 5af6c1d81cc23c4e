/* SPDX-License-Identifier: MIT */
/* map_short_file_remap.c - mremap that grows, shrinks and moves, of a mapping of kind short file. */
#include "tests/diff/maps.h"

int main(void)
{
    remap_story(map_kind("short_file"));
    return 0;
}
