/* SPDX-License-Identifier: MIT */
/* kind_faccessat.c - access below on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(faccessat(fd, "x", F_OK, 0));
    return 0;
}
