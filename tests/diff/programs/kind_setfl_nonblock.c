/* SPDX-License-Identifier: MIT */
/* kind_setfl_nonblock.c - F_SETFL O_NONBLOCK on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(fcntl(fd, F_SETFL, O_NONBLOCK) ? -1 : (fcntl(fd, F_GETFL) & O_NONBLOCK));
    return 0;
}
