/* SPDX-License-Identifier: MIT */
/* map_stack_fork.c - writes before and after a fork, of a mapping of kind stack. */
#include "tests/diff/maps.h"

int main(void)
{
    fork_story(map_kind("stack"));
    return 0;
}
