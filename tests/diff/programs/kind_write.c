/* SPDX-License-Identifier: MIT */
/* kind_write.c - write on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND_BUT(1u << 16, write(fd, "12345678", 8));
    return 0;
}
