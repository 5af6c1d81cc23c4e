/* SPDX-License-Identifier: MIT */
/* kind_lseek_set.c - lseek to a position on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(lseek(fd, 5, SEEK_SET));
    return 0;
}
