/* SPDX-License-Identifier: MIT */
/* signal_tstp.c - what SIGTSTP does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGTSTP);
    return 0;
}
