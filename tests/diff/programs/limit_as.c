/* SPDX-License-Identifier: MIT */
/* limit_as.c - RLIMIT_AS: lowering, raising, inheritance, what is refused. */
#include "tests/diff/limits.h"

int main(void)
{
    limit_story(RLIMIT_AS);
    return 0;
}
