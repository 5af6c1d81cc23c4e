/* SPDX-License-Identifier: MIT */
/* signal_rtmin.c - what a real-time signal does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGRTMIN + 2);
    return 0;
}
