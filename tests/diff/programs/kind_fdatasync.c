/* SPDX-License-Identifier: MIT */
/* kind_fdatasync.c - fdatasync on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND_BUT(1u << 8, fdatasync(fd));
    return 0;
}
