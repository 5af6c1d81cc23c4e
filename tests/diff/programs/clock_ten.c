/* SPDX-License-Identifier: MIT */
/* clock_ten.c - what can be done with a clock that Linux once had. */
#include "tests/diff/clocks.h"

int main(void)
{
    clock_story(10);
    return 0;
}
