/* SPDX-License-Identifier: MIT */
/* kind_fstatfs.c - fstatfs on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    struct statfs fs;

    EACH_KIND(fstatfs(fd, &fs));
    return 0;
}
