/* SPDX-License-Identifier: MIT */
/* signal_prof.c - what SIGPROF does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGPROF);
    return 0;
}
