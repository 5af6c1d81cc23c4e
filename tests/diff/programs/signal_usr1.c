/* SPDX-License-Identifier: MIT */
/* signal_usr1.c - what SIGUSR1 does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGUSR1);
    return 0;
}
