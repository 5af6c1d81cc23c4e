/* SPDX-License-Identifier: MIT */
/* map_private_file_protect.c - mprotect to each right and touching, of a mapping of kind private file. */
#include "tests/diff/maps.h"

int main(void)
{
    protect_story(map_kind("private_file"));
    return 0;
}
