/* SPDX-License-Identifier: MIT */
/* signal_pwr.c - what SIGPWR does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGPWR);
    return 0;
}
