/* SPDX-License-Identifier: MIT */
/* fd_dupfd_errors.c - what F_DUPFD and F_SETFD refuse. */
#include "tests/diff/diff.h"

int main(void)
{
    SHOW(fcntl(0, F_DUPFD, -1));
    SHOW(fcntl(0, F_DUPFD, 5000));
    SHOW(fcntl(0, F_DUPFD, 1024));
    SHOW(fcntl(0, F_DUPFD, 1023));
    SHOW(fcntl(99, F_DUPFD, 0));
    SHOW(fcntl(0, F_DUPFD_CLOEXEC, 100));
    SHOW(fcntl(100, F_GETFD));
    SHOW(fcntl(100, F_SETFD, 0));
    SHOW(fcntl(100, F_GETFD));
    SHOW(fcntl(100, F_SETFD, -2));
    SHOW(fcntl(100, F_GETFD));
    return 0;
}
