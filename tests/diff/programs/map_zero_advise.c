/* SPDX-License-Identifier: MIT */
/* map_zero_advise.c - each advice of madvise, of a mapping of kind zero. */
#include "tests/diff/maps.h"

int main(void)
{
    advise_story(map_kind("zero"));
    return 0;
}
