/* SPDX-License-Identifier: MIT */
/* map_readonly_file_remap.c - mremap that grows, shrinks and moves, of a mapping of kind readonly file. */
#include "tests/diff/maps.h"

int main(void)
{
    remap_story(map_kind("readonly_file"));
    return 0;
}
