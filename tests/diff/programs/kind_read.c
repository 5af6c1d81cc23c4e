/* SPDX-License-Identifier: MIT */
/* kind_read.c - read on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    char bytes[64] = "";

    EACH_KIND(read(fd, bytes, 4));
    return 0;
}
