/* SPDX-License-Identifier: MIT */
/* kind_dupfd_far.c - F_DUPFD past the limit on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(OK(fcntl(fd, F_DUPFD, 1 << 20)));
    return 0;
}
