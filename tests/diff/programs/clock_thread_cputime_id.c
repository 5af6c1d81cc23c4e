/* SPDX-License-Identifier: MIT */
/* clock_thread_cputime_id.c - what can be done with CLOCK_THREAD_CPUTIME_ID. */
#include "tests/diff/clocks.h"

int main(void)
{
    clock_story(CLOCK_THREAD_CPUTIME_ID);
    return 0;
}
