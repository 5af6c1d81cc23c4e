/* SPDX-License-Identifier: MIT */
/* map_private_file_unmap.c - unmapping a part in the middle, of a mapping of kind private file. */
#include "tests/diff/maps.h"

int main(void)
{
    unmap_story(map_kind("private_file"));
    return 0;
}
