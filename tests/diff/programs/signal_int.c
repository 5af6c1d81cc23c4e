/* SPDX-License-Identifier: MIT */
/* signal_int.c - what SIGINT does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGINT);
    return 0;
}
