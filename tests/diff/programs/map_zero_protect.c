/* SPDX-License-Identifier: MIT */
/* map_zero_protect.c - mprotect to each right and touching, of a mapping of kind zero. */
#include "tests/diff/maps.h"

int main(void)
{
    protect_story(map_kind("zero"));
    return 0;
}
