/* SPDX-License-Identifier: MIT */
/* signal_ill.c - what SIGILL does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGILL);
    return 0;
}
