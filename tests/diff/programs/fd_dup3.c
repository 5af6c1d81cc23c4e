/* SPDX-License-Identifier: MIT */
/* fd_dup3.c - dup3 sets close-on-exec and refuses equal numbers. */
#include "tests/diff/diff.h"

int main(void)
{
    int fd = open("/dev/null", O_RDWR);

    SHOW(dup3(fd, 20, O_CLOEXEC));
    SHOW(fcntl(20, F_GETFD));
    SHOW(dup3(fd, 20, 0));
    SHOW(fcntl(20, F_GETFD));
    SHOW(dup3(fd, fd, 0));
    SHOW(dup3(fd, 21, O_NONBLOCK));
    SHOW(dup3(99, 21, 0));
    SHOW(dup3(fd, 1 << 20, 0));
    return 0;
}
