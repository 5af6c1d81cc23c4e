/* SPDX-License-Identifier: MIT */
/* map_anonymous_advise.c - each advice of madvise, of a mapping of kind anonymous. */
#include "tests/diff/maps.h"

int main(void)
{
    advise_story(map_kind("anonymous"));
    return 0;
}
