/* SPDX-License-Identifier: MIT */
/* kind_getfd.c - F_GETFD on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(fcntl(fd, F_GETFD));
    return 0;
}
