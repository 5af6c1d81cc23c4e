/* SPDX-License-Identifier: MIT */
/* kind_readv_none.c - readv of no buffers on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(readv(fd, NULL, 0));
    return 0;
}
