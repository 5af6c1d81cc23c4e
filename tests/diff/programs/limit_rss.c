/* SPDX-License-Identifier: MIT */
/* limit_rss.c - RLIMIT_RSS: lowering, raising, inheritance, what is refused. */
#include "tests/diff/limits.h"

int main(void)
{
    limit_story(RLIMIT_RSS);
    return 0;
}
