/* SPDX-License-Identifier: MIT */
/* limit_nofile.c - RLIMIT_NOFILE: lowering, raising, inheritance, what is refused. */
#include "tests/diff/limits.h"

int main(void)
{
    limit_story(RLIMIT_NOFILE);
    return 0;
}
