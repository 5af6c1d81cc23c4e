/* SPDX-License-Identifier: MIT */
/* signal_abrt.c - what SIGABRT does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGABRT);
    return 0;
}
