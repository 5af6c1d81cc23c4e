/* SPDX-License-Identifier: MIT */
/* signal_sys.c - what SIGSYS does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGSYS);
    return 0;
}
