/* SPDX-License-Identifier: MIT */
/* signal_bus.c - what SIGBUS does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGBUS);
    return 0;
}
