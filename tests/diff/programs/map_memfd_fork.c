/* SPDX-License-Identifier: MIT */
/* map_memfd_fork.c - writes before and after a fork, of a mapping of kind memfd. */
#include "tests/diff/maps.h"

int main(void)
{
    fork_story(map_kind("memfd"));
    return 0;
}
