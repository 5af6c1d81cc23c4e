/* SPDX-License-Identifier: MIT */
/* signal_xcpu.c - what SIGXCPU does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGXCPU);
    return 0;
}
