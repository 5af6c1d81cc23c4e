/* SPDX-License-Identifier: MIT */
/* map_readonly_file_unmap.c - unmapping a part in the middle, of a mapping of kind readonly file. */
#include "tests/diff/maps.h"

int main(void)
{
    unmap_story(map_kind("readonly_file"));
    return 0;
}
