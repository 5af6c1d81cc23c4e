/* SPDX-License-Identifier: MIT */
/* limit_fsize.c - RLIMIT_FSIZE: lowering, raising, inheritance, what is refused. */
#include "tests/diff/limits.h"

int main(void)
{
    limit_story(RLIMIT_FSIZE);
    return 0;
}
