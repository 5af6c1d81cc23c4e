/* SPDX-License-Identifier: MIT */
/* limit_data.c - RLIMIT_DATA: lowering, raising, inheritance, what is refused. */
#include "tests/diff/limits.h"

int main(void)
{
    limit_story(RLIMIT_DATA);
    return 0;
}
