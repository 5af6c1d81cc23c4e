/* SPDX-License-Identifier: MIT */
/* signal_hup.c - what SIGHUP does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGHUP);
    return 0;
}
