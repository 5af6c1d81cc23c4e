/* SPDX-License-Identifier: MIT */
/* clock_tai.c - what can be done with CLOCK_TAI. */
#include "tests/diff/clocks.h"

int main(void)
{
    clock_story(CLOCK_TAI);
    return 0;
}
