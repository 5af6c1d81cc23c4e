/* SPDX-License-Identifier: MIT */
/* map_none_protect.c - mprotect to each right and touching, of a mapping of kind none. */
#include "tests/diff/maps.h"

int main(void)
{
    protect_story(map_kind("none"));
    return 0;
}
