/* SPDX-License-Identifier: MIT */
/* kind_mmap_private.c - a private mapping on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(OK(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0)));
    return 0;
}
