/* SPDX-License-Identifier: MIT */
/* kind_copy_from.c - copy_file_range from on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    int out = open("out", O_RDWR | O_CREAT, 0644);

    EACH_KIND_BUT(1u << 16 | 1u << 18, copy_file_range(fd, NULL, out, NULL, 4, 0));
    return 0;
}
