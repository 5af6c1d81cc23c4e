/* SPDX-License-Identifier: MIT */
/* limit_sigpending.c - RLIMIT_SIGPENDING: lowering, raising, inheritance, what is refused. */
#include "tests/diff/limits.h"

int main(void)
{
    limit_story(RLIMIT_SIGPENDING);
    return 0;
}
