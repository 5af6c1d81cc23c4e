/* SPDX-License-Identifier: MIT */
/* limit_memlock.c - RLIMIT_MEMLOCK: lowering, raising, inheritance, what is refused. */
#include "tests/diff/limits.h"

int main(void)
{
    limit_story(RLIMIT_MEMLOCK);
    return 0;
}
