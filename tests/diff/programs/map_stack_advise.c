/* SPDX-License-Identifier: MIT */
/* map_stack_advise.c - each advice of madvise, of a mapping of kind stack. */
#include "tests/diff/maps.h"

int main(void)
{
    advise_story(map_kind("stack"));
    return 0;
}
