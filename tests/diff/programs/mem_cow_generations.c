/* SPDX-License-Identifier: MIT */
/* mem_cow_generations.c - each of a chain of forks keeps its own copy. */
#include "tests/diff/diff.h"

static char page[PAGE * 4] = "0";

static int generation(void *depth)
{
    int level = *(int *)depth;
    int next = level + 1;

    page[0] = (char)('0' + level);
    page[PAGE * 2] = (char)('a' + level);
    if (level < 6)
        run_child("next generation", generation, &next);
    printf("level %d sees %c %c\n", level, page[0], page[PAGE * 2]);
    return level;
}

int main(void)
{
    int level = 0;

    return generation(&level);
}
