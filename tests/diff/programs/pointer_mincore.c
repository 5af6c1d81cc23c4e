/* SPDX-License-Identifier: MIT */
/* pointer_mincore.c - mincore with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    char *page = map_pages(1);

    EACH_POINTER(syscall(SYS_mincore, page, 4096, at));
    return 0;
}
