/* SPDX-License-Identifier: MIT */
/* kind_fallocate_length.c - fallocate of no bytes on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(fallocate(fd, 0, 0, 0));
    return 0;
}
