/* SPDX-License-Identifier: MIT */
/* signal_io.c - what SIGIO does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGIO);
    return 0;
}
