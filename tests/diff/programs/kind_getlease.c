/* SPDX-License-Identifier: MIT */
/* kind_getlease.c - F_GETLEASE on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(fcntl(fd, F_GETLEASE));
    return 0;
}
