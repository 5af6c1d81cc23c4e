/* SPDX-License-Identifier: MIT */
/* kind_ftruncate.c - ftruncate on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(ftruncate(fd, 4));
    return 0;
}
