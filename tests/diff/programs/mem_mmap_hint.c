/* SPDX-License-Identifier: MIT */
/* mem_mmap_hint.c - an address without MAP_FIXED is taken when it is free. */
#include "tests/diff/diff.h"

int main(void)
{
    char *area = map_pages(8);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;

    NEED(munmap(area + PAGE, 2 * PAGE) == 0);
    TELL(mmap(area + PAGE, PAGE, PROT_READ, flags, -1, 0) == area + PAGE);
    char *other = mmap(area, PAGE, PROT_READ, flags, -1, 0);
    NEED(other != MAP_FAILED);
    TELL(other != area);
    TELL(mmap(area + 2 * PAGE + 5, PAGE, PROT_READ, flags, -1, 0) != MAP_FAILED);
    return 0;
}
