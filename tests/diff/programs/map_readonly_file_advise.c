/* SPDX-License-Identifier: MIT */
/* map_readonly_file_advise.c - each advice of madvise, of a mapping of kind readonly file. */
#include "tests/diff/maps.h"

int main(void)
{
    advise_story(map_kind("readonly_file"));
    return 0;
}
