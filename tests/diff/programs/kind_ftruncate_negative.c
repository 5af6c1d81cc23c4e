/* SPDX-License-Identifier: MIT */
/* kind_ftruncate_negative.c - ftruncate to a negative length on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(ftruncate(fd, -1));
    return 0;
}
