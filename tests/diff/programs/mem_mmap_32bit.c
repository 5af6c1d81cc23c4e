/* SPDX-License-Identifier: MIT */
/* mem_mmap_32bit.c - MAP_32BIT: a hint below 2 GiB is taken when it is free, any other one is not. */
#include "tests/diff/diff.h"

int main(void)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT | MAP_NORESERVE;
    char *wish = (char *)0x50000000;
    char *area = mmap(wish, 16 * PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);

    TELL(area == wish);
    area[5] = 7;
    char *other = mmap(wish + PAGE, PAGE, PROT_READ, flags, -1, 0);
    TELL(other != wish + PAGE && other != MAP_FAILED);
    TELL((unsigned long)other < 0x80000000);
    other = mmap((void *)0x7ffff000, 2 * PAGE, PROT_READ, flags, -1, 0);
    TELL((unsigned long)other < 0x80000000 - 2 * PAGE);
    other = mmap((void *)0x300000000, PAGE, PROT_READ, flags, -1, 0);
    TELL((unsigned long)other < 0x80000000);
    other = mmap(NULL, PAGE, PROT_READ, flags, -1, 0);
    TELL((unsigned long)other < 0x80000000);
    return 0;
}
