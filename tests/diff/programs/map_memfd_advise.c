/* SPDX-License-Identifier: MIT */
/* map_memfd_advise.c - each advice of madvise, of a mapping of kind memfd. */
#include "tests/diff/maps.h"

int main(void)
{
    advise_story(map_kind("memfd"));
    return 0;
}
