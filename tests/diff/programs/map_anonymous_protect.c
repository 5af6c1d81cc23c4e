/* SPDX-License-Identifier: MIT */
/* map_anonymous_protect.c - mprotect to each right and touching, of a mapping of kind anonymous. */
#include "tests/diff/maps.h"

int main(void)
{
    protect_story(map_kind("anonymous"));
    return 0;
}
