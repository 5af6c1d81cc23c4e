/* SPDX-License-Identifier: MIT */
/* signal_ttou.c - what SIGTTOU does by default, ignored, caught, blocked, waited for. */
#include "tests/diff/signals.h"

int main(void)
{
    signal_story(SIGTTOU);
    return 0;
}
