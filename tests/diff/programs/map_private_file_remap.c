/* SPDX-License-Identifier: MIT */
/* map_private_file_remap.c - mremap that grows, shrinks and moves, of a mapping of kind private file. */
#include "tests/diff/maps.h"

int main(void)
{
    remap_story(map_kind("private_file"));
    return 0;
}
