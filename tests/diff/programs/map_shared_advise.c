/* SPDX-License-Identifier: MIT */
/* map_shared_advise.c - each advice of madvise, of a mapping of kind shared. */
#include "tests/diff/maps.h"

int main(void)
{
    advise_story(map_kind("shared"));
    return 0;
}
