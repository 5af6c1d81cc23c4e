/* SPDX-License-Identifier: MIT */
/* signal_alrm.c - what SIGALRM does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGALRM);
    return 0;
}
