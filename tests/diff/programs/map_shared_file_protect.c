/* SPDX-License-Identifier: MIT */
/* map_shared_file_protect.c - mprotect to each right and touching, of a mapping of kind shared file. */
#include "tests/diff/maps.h"

int main(void)
{
    protect_story(map_kind("shared_file"));
    return 0;
}
