/* SPDX-License-Identifier: MIT */
/* kind_fstat.c - fstat on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    struct stat st;

    EACH_KIND_BUT(1u << 9 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 13,
                  fstat(fd, &st) == 0 ? (long)(st.st_mode & S_IFMT) : -1);
    return 0;
}
