/* SPDX-License-Identifier: MIT */
/* clock_realtime_coarse.c - what can be done with CLOCK_REALTIME_COARSE. */
#include "tests/diff/clocks.h"

int main(void)
{
    clock_story(CLOCK_REALTIME_COARSE);
    return 0;
}
