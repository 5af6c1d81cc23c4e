/* SPDX-License-Identifier: MIT */
/* kind_lseek_negative.c - lseek before the start on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(lseek(fd, -5, SEEK_SET));
    return 0;
}
