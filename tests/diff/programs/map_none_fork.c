/* SPDX-License-Identifier: MIT */
/* map_none_fork.c - writes before and after a fork, of a mapping of kind none. */
#include "tests/diff/maps.h"

int main(void)
{
    fork_story(map_kind("none"));
    return 0;
}
