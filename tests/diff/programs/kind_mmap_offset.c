/* SPDX-License-Identifier: MIT */
/* kind_mmap_offset.c - a mapping at an odd offset on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(OK(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 100)));
    return 0;
}
