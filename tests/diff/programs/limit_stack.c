/* SPDX-License-Identifier: MIT */
/* limit_stack.c - RLIMIT_STACK: lowering, raising, inheritance, what is refused. */
#include "tests/diff/limits.h"

int main(void)
{
    limit_story(RLIMIT_STACK);
    return 0;
}
