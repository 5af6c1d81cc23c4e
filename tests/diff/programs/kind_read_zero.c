/* SPDX-License-Identifier: MIT */
/* kind_read_zero.c - read of nothing on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    char bytes[64] = "";

    EACH_KIND(read(fd, bytes, 0));
    return 0;
}
