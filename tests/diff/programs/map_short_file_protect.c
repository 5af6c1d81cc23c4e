/* SPDX-License-Identifier: MIT */
/* map_short_file_protect.c - mprotect to each right and touching, of a mapping of kind short file. */
#include "tests/diff/maps.h"

int main(void)
{
    protect_story(map_kind("short_file"));
    return 0;
}
