/* SPDX-License-Identifier: MIT */
/* signal_usr2.c - what SIGUSR2 does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGUSR2);
    return 0;
}
