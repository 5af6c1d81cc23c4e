/* SPDX-License-Identifier: MIT */
/* fd_dup2.c - dup2 closes its target, leaves equal numbers alone, refuses nonsense. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    char byte;

    NEED(pipe(tube) == 0);
    int fd = open("/dev/null", O_RDWR);
    SHOW(dup2(fd, tube[1]));
    SHOW(read(tube[0], &byte, 1));
    SHOW(dup2(fd, fd));
    SHOW(dup2(99, 99));
    SHOW(dup2(99, fd));
    SHOW(fcntl(fd, F_GETFD));
    SHOW(dup2(fd, -1));
    SHOW(dup2(fd, 1 << 30));
    SHOW(dup2(fd, 500));
    SHOW(fcntl(500, F_GETFD));
    return 0;
}
