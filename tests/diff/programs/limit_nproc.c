/* SPDX-License-Identifier: MIT */
/* limit_nproc.c - RLIMIT_NPROC: lowering, raising, inheritance, what is refused. */
#include "tests/diff/limits.h"

int main(void)
{
    limit_story(RLIMIT_NPROC);
    return 0;
}
