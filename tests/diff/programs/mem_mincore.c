/* SPDX-License-Identifier: MIT */
/* mem_mincore.c - mincore tells touched from untouched pages and refuses holes. */
#include "tests/diff/diff.h"

int main(void)
{
    char *area = map_pages(4);
    unsigned char there[4] = {9, 9, 9, 9};
    size_t page = PAGE;

    area[0] = 1;
    area[2 * PAGE] = 1;
    SHOW(mincore(area, 4 * page, there));
    printf("%d %d %d %d\n", there[0] & 1, there[1] & 1, there[2] & 1, there[3] & 1);
    SHOW(mincore(area + 1, page, there));
    SHOW(mincore(area, page, BAD_POINTER));
    NEED(munmap(area + PAGE, PAGE) == 0);
    SHOW(mincore(area, 2 * page, there));
    return 0;
}
