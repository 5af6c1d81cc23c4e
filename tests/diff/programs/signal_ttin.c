/* SPDX-License-Identifier: MIT */
/* signal_ttin.c - what SIGTTIN does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGTTIN);
    return 0;
}
