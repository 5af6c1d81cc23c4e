/* SPDX-License-Identifier: MIT */
/* map_private_file_advise.c - each advice of madvise, of a mapping of kind private file. */
#include "tests/diff/maps.h"

int main(void)
{
    advise_story(map_kind("private_file"));
    return 0;
}
