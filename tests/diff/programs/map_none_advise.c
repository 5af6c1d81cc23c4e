/* SPDX-License-Identifier: MIT */
/* map_none_advise.c - each advice of madvise, of a mapping of kind none. */
#include "tests/diff/maps.h"

int main(void)
{
    advise_story(map_kind("none"));
    return 0;
}
