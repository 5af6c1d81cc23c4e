/* SPDX-License-Identifier: MIT */
/* mem_populate.c - MAP_POPULATE has the pages there at once. */
#include "tests/diff/diff.h"

int main(void)
{
    unsigned char there[8];
    char *memory = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    int count = 0;

    NEED(memory != MAP_FAILED);
    NEED(mincore(memory, 8 * PAGE, there) == 0);
    for (int i = 0; i < 8; i++)
        count += there[i] & 1;
    printf("%d\n", count);
    memory = map_pages(8);
    NEED(mincore(memory, 8 * PAGE, there) == 0);
    TELL((there[7] & 1) == 0);
    return 0;
}
