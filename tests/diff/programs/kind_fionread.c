/* SPDX-License-Identifier: MIT */
/* kind_fionread.c - the bytes that wait on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    int count = 0;

    EACH_KIND_BUT(1u << 14 | 1u << 15 | 1u << 4 | 1u << 10, ioctl(fd, FIONREAD, &count) ? -1 : count);
    return 0;
}
