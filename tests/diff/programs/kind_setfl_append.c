/* SPDX-License-Identifier: MIT */
/* kind_setfl_append.c - F_SETFL O_APPEND on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(fcntl(fd, F_SETFL, O_APPEND) ? -1 : (fcntl(fd, F_GETFL) & O_APPEND));
    return 0;
}
