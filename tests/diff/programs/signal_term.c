/* SPDX-License-Identifier: MIT */
/* signal_term.c - what SIGTERM does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGTERM);
    return 0;
}
