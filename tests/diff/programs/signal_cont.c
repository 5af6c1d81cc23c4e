/* SPDX-License-Identifier: MIT */
/* signal_cont.c - what SIGCONT does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGCONT);
    return 0;
}
