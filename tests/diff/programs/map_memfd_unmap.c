/* SPDX-License-Identifier: MIT */
/* map_memfd_unmap.c - unmapping a part in the middle, of a mapping of kind memfd. */
#include "tests/diff/maps.h"

int main(void)
{
    unmap_story(map_kind("memfd"));
    return 0;
}
