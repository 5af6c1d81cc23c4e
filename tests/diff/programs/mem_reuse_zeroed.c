/* SPDX-License-Identifier: MIT */
/* mem_reuse_zeroed.c - memory that comes back after munmap is zeroed again. */
#include "tests/diff/diff.h"

int main(void)
{
    size_t dirty = 0;

    for (int round = 0; round < 50; round++) {
        char *area = map_pages(64);

        for (size_t i = 0; i < 64 * PAGE; i += 512)
            dirty += area[i] != 0;
        memset(area, 0xee, 64 * PAGE);
        NEED(munmap(area, 64 * PAGE) == 0);
    }
    printf("bytes not zero: %zu\n", dirty);
    return 0;
}
