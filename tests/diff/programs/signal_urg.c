/* SPDX-License-Identifier: MIT */
/* signal_urg.c - what SIGURG does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGURG);
    return 0;
}
