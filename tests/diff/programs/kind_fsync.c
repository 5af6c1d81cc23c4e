/* SPDX-License-Identifier: MIT */
/* kind_fsync.c - fsync on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND_BUT(1u << 8, fsync(fd));
    return 0;
}
