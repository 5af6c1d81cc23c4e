/* SPDX-License-Identifier: MIT */
/* kind_renameat.c - renaming below on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(renameat(fd, "x", fd, "y"));
    return 0;
}
