/* SPDX-License-Identifier: MIT */
/* map_private_file_fork.c - writes before and after a fork, of a mapping of kind private file. */
#include "tests/diff/maps.h"

int main(void)
{
    fork_story(map_kind("private_file"));
    return 0;
}
