/* SPDX-License-Identifier: MIT */
/* kind_fallocate.c - fallocate on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(fallocate(fd, 0, 0, 4096));
    return 0;
}
