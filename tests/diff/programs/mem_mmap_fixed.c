/* SPDX-License-Identifier: MIT */
/* mem_mmap_fixed.c - MAP_FIXED replaces what was there, NOREPLACE refuses. */
#include "tests/diff/diff.h"

int main(void)
{
    char *area = map_pages(4);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;

    memset(area, 'a', 4 * PAGE);
    void *again = mmap(area + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, flags | MAP_FIXED, -1, 0);
    TELL(again == area + PAGE);
    printf("pages begin with %d %d %d %d\n", area[0], area[PAGE], area[2 * PAGE], area[3 * PAGE]);
    SHOW_MAP(mmap(area + 1, PAGE, PROT_READ, flags | MAP_FIXED, -1, 0));
    SHOW_MAP(mmap(area, PAGE, PROT_READ, flags | MAP_FIXED_NOREPLACE, -1, 0));
    SHOW(munmap(area, PAGE));
    TELL(mmap(area, PAGE, PROT_READ, flags | MAP_FIXED_NOREPLACE, -1, 0) == area);
    SHOW_MAP(mmap((void *)0xffff800000000000, PAGE, PROT_READ, flags | MAP_FIXED, -1, 0));
    SHOW_MAP(mmap((void *)0x7ffffffff000, PAGE, PROT_READ, flags | MAP_FIXED, -1, 0));
    return 0;
}
