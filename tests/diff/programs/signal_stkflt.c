/* SPDX-License-Identifier: MIT */
/* signal_stkflt.c - what SIGSTKFLT does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGSTKFLT);
    return 0;
}
