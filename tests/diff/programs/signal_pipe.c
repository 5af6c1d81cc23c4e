/* SPDX-License-Identifier: MIT */
/* signal_pipe.c - what SIGPIPE does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGPIPE);
    return 0;
}
