/* SPDX-License-Identifier: MIT */
/* clock_monotonic_raw.c - what can be done with CLOCK_MONOTONIC_RAW. */
#include "tests/diff/clocks.h"

int main(void)
{
    clock_story(CLOCK_MONOTONIC_RAW);
    return 0;
}
