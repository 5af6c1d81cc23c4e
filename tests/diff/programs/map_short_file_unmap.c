/* SPDX-License-Identifier: MIT */
/* map_short_file_unmap.c - unmapping a part in the middle, of a mapping of kind short file. */
#include "tests/diff/maps.h"

int main(void)
{
    unmap_story(map_kind("short_file"));
    return 0;
}
