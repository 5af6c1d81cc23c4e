/* SPDX-License-Identifier: MIT */
/* kind_fchdir.c - fchdir on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    int start = open(".", O_RDONLY | O_DIRECTORY);

    EACH_KIND(fchdir(fd) ? -1 : fchdir(start));
    return 0;
}
