/* SPDX-License-Identifier: MIT */
/* kind_getsig.c - F_GETSIG on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(fcntl(fd, 11));
    return 0;
}
