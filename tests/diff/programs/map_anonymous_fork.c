/* SPDX-License-Identifier: MIT */
/* map_anonymous_fork.c - writes before and after a fork, of a mapping of kind anonymous. */
#include "tests/diff/maps.h"

int main(void)
{
    fork_story(map_kind("anonymous"));
    return 0;
}
