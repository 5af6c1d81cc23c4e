/* SPDX-License-Identifier: MIT */
/* kind_pwrite.c - pwrite on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND_BUT(1u << 18, pwrite(fd, "12345678", 8, 3));
    return 0;
}
