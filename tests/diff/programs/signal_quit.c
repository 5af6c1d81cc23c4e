/* SPDX-License-Identifier: MIT */
/* signal_quit.c - what SIGQUIT does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGQUIT);
    return 0;
}
