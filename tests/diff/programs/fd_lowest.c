/* SPDX-License-Identifier: MIT */
/* fd_lowest.c - a new descriptor is the lowest free number. */
#include "tests/diff/diff.h"

int main(void)
{
    for (int i = 3; i < 8; i++)
        SHOW(open("/dev/null", O_RDONLY));
    NEED(close(4) == 0 && close(6) == 0);
    SHOW(dup(3));
    SHOW(open("/dev/null", O_RDONLY));
    SHOW(fcntl(3, F_DUPFD, 5));
    SHOW(fcntl(3, F_DUPFD, 20));
    NEED(close(0) == 0);
    SHOW(open("/dev/null", O_RDONLY));
    return 0;
}
