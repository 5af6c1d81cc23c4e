/* SPDX-License-Identifier: MIT */
/* mem_mlock.c - locking memory, and what cannot be locked. */
#include "tests/diff/diff.h"

int main(void)
{
    char *area = map_pages(3);
    size_t page = PAGE;

    SHOW(mlock(area, page));
    SHOW(munlock(area, page));
    SHOW(mlockall(0));
    SHOW(mlockall(0x100));
    SHOW(munlockall());
    NEED(munmap(area + PAGE, PAGE) == 0);
    SHOW(mlock(area, 3 * page));
    SHOW(munlock(area + PAGE, page));
    SHOW(syscall(SYS_mlock2, area, page, 0x80));
    return 0;
}
