/* SPDX-License-Identifier: MIT */
/* signal_fpe.c - what SIGFPE does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGFPE);
    return 0;
}
