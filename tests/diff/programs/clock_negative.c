/* SPDX-License-Identifier: MIT */
/* clock_negative.c - what can be done with a clock of no process. */
#include "tests/diff/clocks.h"

int main(void)
{
    clock_story(-1);
    return 0;
}
