/* SPDX-License-Identifier: MIT */
/* signal_trap.c - what SIGTRAP does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGTRAP);
    return 0;
}
