/* SPDX-License-Identifier: MIT */
/* map_memfd_protect.c - mprotect to each right and touching, of a mapping of kind memfd. */
#include "tests/diff/maps.h"

int main(void)
{
    protect_story(map_kind("memfd"));
    return 0;
}
