/* SPDX-License-Identifier: MIT */
/* mem_mremap_errors.c - what mremap refuses. */
#include "tests/diff/diff.h"

int main(void)
{
    char *area = map_pages(4);
    size_t page = PAGE;

    NEED(munmap(area + 2 * PAGE, PAGE) == 0);
    SHOW_MAP(mremap(area + 1, page, 2 * page, MREMAP_MAYMOVE));
    SHOW_MAP(mremap(area, page, 0, MREMAP_MAYMOVE));
    SHOW_MAP(mremap(area, page, 2 * page, 0));
    SHOW_MAP(mremap(area, 2 * page, 8 * page, 0x100));
    SHOW_MAP(mremap(area + 2 * PAGE, page, 2 * page, MREMAP_MAYMOVE));
    SHOW_MAP(mremap(area, 3 * page, 6 * page, MREMAP_MAYMOVE));
    SHOW_MAP(mremap(area, page, page, MREMAP_FIXED, area + 2 * PAGE));
    SHOW_MAP(mremap(area, page, page, MREMAP_MAYMOVE | MREMAP_FIXED, area + 1));
    SHOW_MAP(mremap(area, page, page, MREMAP_MAYMOVE | MREMAP_FIXED, area));
    TELL(mremap(area + PAGE, page, 2 * page, 0) == area + PAGE);
    return 0;
}
