/* SPDX-License-Identifier: MIT */
/* mem_msync.c - msync checks flags, alignment and mappings. */
#include "tests/diff/diff.h"

int main(void)
{
    char *area = map_pages(3);
    size_t page = PAGE;

    SHOW(msync(area, page, MS_ASYNC));
    SHOW(msync(area, page, MS_SYNC | MS_INVALIDATE));
    SHOW(msync(area, page, MS_SYNC | MS_ASYNC));
    SHOW(msync(area, page, 0x100));
    SHOW(msync(area + 1, page, MS_SYNC));
    NEED(munmap(area + PAGE, PAGE) == 0);
    SHOW(msync(area, 3 * page, MS_SYNC));
    return 0;
}
