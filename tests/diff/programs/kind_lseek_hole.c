/* SPDX-License-Identifier: MIT */
/* kind_lseek_hole.c - lseek to a hole on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND_BUT(1u << 4 | 1u << 14 | 1u << 15 | 1u << 18, lseek(fd, 0, SEEK_HOLE));
    return 0;
}
