/* SPDX-License-Identifier: MIT */
/* signal_xfsz.c - what SIGXFSZ does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGXFSZ);
    return 0;
}
