/* SPDX-License-Identifier: MIT */
/* clock_monotonic_coarse.c - what can be done with CLOCK_MONOTONIC_COARSE. */
#include "tests/diff/clocks.h"

int main(void)
{
    clock_story(CLOCK_MONOTONIC_COARSE);
    return 0;
}
