/* SPDX-License-Identifier: MIT */
/* map_shared_file_remap.c - mremap that grows, shrinks and moves, of a mapping of kind shared file. */
#include "tests/diff/maps.h"

int main(void)
{
    remap_story(map_kind("shared_file"));
    return 0;
}
