/* SPDX-License-Identifier: MIT */
/* clock_monotonic.c - what can be done with CLOCK_MONOTONIC. */
#include "tests/diff/clocks.h"

int main(void)
{
    clock_story(CLOCK_MONOTONIC);
    return 0;
}
