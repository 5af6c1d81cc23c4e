/* SPDX-License-Identifier: MIT */
/* limit_locks.c - RLIMIT_LOCKS: lowering, raising, inheritance, what is refused. */
#include "tests/diff/limits.h"

int main(void)
{
    limit_story(RLIMIT_LOCKS);
    return 0;
}
