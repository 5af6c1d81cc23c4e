/* SPDX-License-Identifier: MIT */
/* kind_fcntl_bad.c - an unknown command of fcntl on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(fcntl(fd, 12345, 0));
    return 0;
}
