/* SPDX-License-Identifier: MIT */
/* signal_vtalrm.c - what SIGVTALRM does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGVTALRM);
    return 0;
}
