/* SPDX-License-Identifier: MIT */
/* mem_munmap_errors.c - which ranges munmap refuses. */
#include "tests/diff/diff.h"

int main(void)
{
    char *area = map_pages(2);
    size_t page = PAGE;

    SHOW(munmap(area + 1, page));
    SHOW(munmap(area, 0));
    SHOW(munmap((void *)0x800000000000, page));
    SHOW(munmap(area, SIZE_MAX));
    SHOW(munmap(area, 1));
    SHOW(munmap(area, page));
    TELL(area[PAGE] == 0);
    return 0;
}
