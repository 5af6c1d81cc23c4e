/* SPDX-License-Identifier: MIT */
/* kind_lseek_end.c - lseek from the end on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND_BUT(1u << 4 | 1u << 18, lseek(fd, -2, SEEK_END));
    return 0;
}
