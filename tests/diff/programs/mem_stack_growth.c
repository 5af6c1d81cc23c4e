/* SPDX-License-Identifier: MIT */
/* mem_stack_growth.c - the stack grows on demand to a few megabytes. */
#include "tests/diff/diff.h"

static int descend(int depth)
{
    volatile char frame[8000];

    memset((char *)frame, depth, sizeof frame);
    int below = depth > 0 ? descend(depth - 1) : 0;
    return below + (frame[7999] == (char)depth);
}

int main(void)
{
    printf("frames whole after returning: %d\n", descend(500));
    volatile char big[2 << 20];
    big[0] = 1;
    big[sizeof big - 1] = 2;
    printf("a frame of 2 MiB: %d %d\n", big[0], big[sizeof big - 1]);
    return 0;
}
