/* SPDX-License-Identifier: MIT */
/* signal_winch.c - what SIGWINCH does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGWINCH);
    return 0;
}
