/* SPDX-License-Identifier: MIT */
/* signal_segv.c - what SIGSEGV does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGSEGV);
    return 0;
}
