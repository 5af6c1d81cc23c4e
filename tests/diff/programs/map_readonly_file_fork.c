/* SPDX-License-Identifier: MIT */
/* map_readonly_file_fork.c - writes before and after a fork, of a mapping of kind readonly file. */
#include "tests/diff/maps.h"

int main(void)
{
    fork_story(map_kind("readonly_file"));
    return 0;
}
