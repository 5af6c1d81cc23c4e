/* SPDX-License-Identifier: MIT */
/* map_shared_file_advise.c - each advice of madvise, of a mapping of kind shared file. */
#include "tests/diff/maps.h"

int main(void)
{
    advise_story(map_kind("shared_file"));
    return 0;
}
