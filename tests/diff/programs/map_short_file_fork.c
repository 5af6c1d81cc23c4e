/* SPDX-License-Identifier: MIT */
/* map_short_file_fork.c - writes before and after a fork, of a mapping of kind short file. */
#include "tests/diff/maps.h"

int main(void)
{
    fork_story(map_kind("short_file"));
    return 0;
}
