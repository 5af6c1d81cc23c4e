/* SPDX-License-Identifier: MIT */
/* kind_pread.c - pread on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    char bytes[64] = "";

    EACH_KIND(pread(fd, bytes, 4, 3));
    return 0;
}
