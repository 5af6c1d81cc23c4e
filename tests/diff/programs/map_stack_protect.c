/* SPDX-License-Identifier: MIT */
/* map_stack_protect.c - mprotect to each right and touching, of a mapping of kind stack. */
#include "tests/diff/maps.h"

int main(void)
{
    protect_story(map_kind("stack"));
    return 0;
}
