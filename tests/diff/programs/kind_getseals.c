/* SPDX-License-Identifier: MIT */
/* kind_getseals.c - F_GET_SEALS on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(fcntl(fd, F_GET_SEALS));
    return 0;
}
