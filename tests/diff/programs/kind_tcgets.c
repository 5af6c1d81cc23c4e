/* SPDX-License-Identifier: MIT */
/* kind_tcgets.c - whether it is a terminal on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    char bytes[128];

    EACH_KIND_BUT(1u << 4 | 1u << 10, ioctl(fd, TCGETS, bytes));
    return 0;
}
