/* SPDX-License-Identifier: MIT */
/* kind_dupfd.c - F_DUPFD on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(OK(fcntl(fd, F_DUPFD, 500)));
    return 0;
}
