/* SPDX-License-Identifier: MIT */
/* limit_rttime.c - RLIMIT_RTTIME: lowering, raising, inheritance, what is refused. */
#include "tests/diff/limits.h"

int main(void)
{
    limit_story(RLIMIT_RTTIME);
    return 0;
}
