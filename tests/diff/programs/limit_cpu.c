/* SPDX-License-Identifier: MIT */
/* limit_cpu.c - RLIMIT_CPU: lowering, raising, inheritance, what is refused. */
#include "tests/diff/limits.h"

int main(void)
{
    limit_story(RLIMIT_CPU);
    return 0;
}
