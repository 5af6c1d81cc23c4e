/* SPDX-License-Identifier: MIT */
/* map_zero_fork.c - writes before and after a fork, of a mapping of kind zero. */
#include "tests/diff/maps.h"

int main(void)
{
    fork_story(map_kind("zero"));
    return 0;
}
