/* SPDX-License-Identifier: MIT */
/* limit_msgqueue.c - RLIMIT_MSGQUEUE: lowering, raising, inheritance, what is refused. */
#include "tests/diff/limits.h"

int main(void)
{
    limit_story(RLIMIT_MSGQUEUE);
    return 0;
}
