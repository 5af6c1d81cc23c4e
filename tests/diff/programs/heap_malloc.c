/* SPDX-License-Identifier: MIT */
/* heap_malloc.c - the allocator of the C library under a mixed load. */
#include "tests/diff/diff.h"

int main(void)
{
    enum {
        SLOTS = 500
    };
    static unsigned char *blocks[SLOTS];
    static size_t sizes[SLOTS];
    unsigned random = 1;
    long wrong = 0;

    for (int round = 0; round < 20000; round++) {
        random = random * 1103515245 + 12345;
        int slot = (int)(random >> 8) % SLOTS;

        if (blocks[slot]) {
            wrong +=
                blocks[slot][0] != (slot & 0xff) || blocks[slot][sizes[slot] - 1] != (slot & 0xff);
            free(blocks[slot]);
            blocks[slot] = NULL;
            continue;
        }
        sizes[slot] = round % 50 == 0 ? 200000 : 1 + random % 3000;
        blocks[slot] = malloc(sizes[slot]);
        NEED(blocks[slot]);
        blocks[slot][0] = blocks[slot][sizes[slot] - 1] = (unsigned char)slot;
    }
    printf("wrong %ld\n", wrong);
    return 0;
}
