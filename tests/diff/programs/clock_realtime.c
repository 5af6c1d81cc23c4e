/* SPDX-License-Identifier: MIT */
/* clock_realtime.c - what can be done with CLOCK_REALTIME. */
#include "tests/diff/clocks.h"

int main(void)
{
    clock_story(CLOCK_REALTIME);
    return 0;
}
