/* SPDX-License-Identifier: MIT */
/* clock_unknown.c - what can be done with an unknown clock. */
#include "tests/diff/clocks.h"

int main(void)
{
    clock_story(99);
    return 0;
}
