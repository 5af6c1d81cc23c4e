/* SPDX-License-Identifier: MIT */
/* map_short_file_advise.c - each advice of madvise, of a mapping of kind short file. */
#include "tests/diff/maps.h"

int main(void)
{
    advise_story(map_kind("short_file"));
    return 0;
}
