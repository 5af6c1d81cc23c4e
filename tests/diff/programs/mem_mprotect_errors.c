/* SPDX-License-Identifier: MIT */
/* mem_mprotect_errors.c - which ranges and rights mprotect refuses. */
#include "tests/diff/diff.h"

int main(void)
{
    char *area = map_pages(3);
    size_t page = PAGE;

    NEED(munmap(area + PAGE, PAGE) == 0);
    SHOW(syscall(SYS_mprotect, area + 1, page, PROT_READ));
    SHOW(mprotect(area, 3 * page, PROT_READ));
    SHOW(mprotect(area + PAGE, page, PROT_READ));
    SHOW(mprotect(area, 0, PROT_NONE));
    SHOW(mprotect(area, page, 0x40000000));
    SHOW(syscall(SYS_mprotect, area, SIZE_MAX - 10, PROT_READ));
    SHOW(mprotect((void *)0xffff800000000000, page, PROT_READ));
    return 0;
}
