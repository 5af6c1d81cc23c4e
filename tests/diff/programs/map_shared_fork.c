/* SPDX-License-Identifier: MIT */
/* map_shared_fork.c - writes before and after a fork, of a mapping of kind shared. */
#include "tests/diff/maps.h"

int main(void)
{
    fork_story(map_kind("shared"));
    return 0;
}
