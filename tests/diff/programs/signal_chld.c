/* SPDX-License-Identifier: MIT */
/* signal_chld.c - what SIGCHLD does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGCHLD);
    return 0;
}
