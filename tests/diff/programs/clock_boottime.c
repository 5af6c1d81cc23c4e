/* SPDX-License-Identifier: MIT */
/* clock_boottime.c - what can be done with CLOCK_BOOTTIME. */
#include "tests/diff/clocks.h"

int main(void)
{
    clock_story(CLOCK_BOOTTIME);
    return 0;
}
