/* SPDX-License-Identifier: MIT */
/* kind_unlinkat.c - removing below on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(unlinkat(fd, "x", 0));
    return 0;
}
