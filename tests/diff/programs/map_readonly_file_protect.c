/* SPDX-License-Identifier: MIT */
/* map_readonly_file_protect.c - mprotect to each right and touching, of a mapping of kind readonly file. */
#include "tests/diff/maps.h"

int main(void)
{
    protect_story(map_kind("readonly_file"));
    return 0;
}
