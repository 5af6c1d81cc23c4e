/* SPDX-License-Identifier: MIT */
/* kind_symlinkat.c - a link below on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(symlinkat("target", fd, "made") ? -1 : unlinkat(fd, "made", 0));
    return 0;
}
