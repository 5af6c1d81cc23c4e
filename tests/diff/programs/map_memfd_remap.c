/* SPDX-License-Identifier: MIT */
/* map_memfd_remap.c - mremap that grows, shrinks and moves, of a mapping of kind memfd. */
#include "tests/diff/maps.h"

int main(void)
{
    remap_story(map_kind("memfd"));
    return 0;
}
