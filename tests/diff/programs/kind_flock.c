/* SPDX-License-Identifier: MIT */
/* kind_flock.c - flock on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(flock(fd, LOCK_EX | LOCK_NB));
    return 0;
}
