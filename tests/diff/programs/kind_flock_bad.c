/* SPDX-License-Identifier: MIT */
/* kind_flock_bad.c - flock with a bad operation on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(flock(fd, 77));
    return 0;
}
