/* SPDX-License-Identifier: MIT */
/* map_shared_file_fork.c - writes before and after a fork, of a mapping of kind shared file. */
#include "tests/diff/maps.h"

int main(void)
{
    fork_story(map_kind("shared_file"));
    return 0;
}
