/* SPDX-License-Identifier: MIT */
/* kind_mkdirat.c - a directory below on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(mkdirat(fd, "made", 0755) ? -1 : unlinkat(fd, "made", AT_REMOVEDIR));
    return 0;
}
