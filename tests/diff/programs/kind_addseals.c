/* SPDX-License-Identifier: MIT */
/* kind_addseals.c - F_ADD_SEALS on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
    return 0;
}
