/* SPDX-License-Identifier: MIT */
/* kind_pread_negative.c - pread at a negative offset on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    char bytes[64] = "";

    EACH_KIND(pread(fd, bytes, 4, -1));
    return 0;
}
