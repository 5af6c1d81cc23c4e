/* SPDX-License-Identifier: MIT */
/* kind_readlinkat.c - reading a link below on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    char bytes[64] = "";

    EACH_KIND(readlinkat(fd, "x", bytes, 10));
    return 0;
}
