/* SPDX-License-Identifier: MIT */
/* fd_close_errors.c - closing what is not open. */
#include "tests/diff/diff.h"

int main(void)
{
    int fd = open("/dev/null", O_RDONLY);

    SHOW(close(fd));
    SHOW(close(fd));
    SHOW(close(-1));
    SHOW(close(INT_MAX));
    SHOW(fcntl(-1, F_GETFD));
    SHOW(read(fd, NULL, 0));
    SHOW(write(-5, "", 1));
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(fsync(-1));
    SHOW(ftruncate(-1, 0));
    SHOW(fchmod(-1, 0));
    SHOW(ioctl(-1, FIONREAD, &fd));
    SHOW(dup3(-1, 5, 0));
    return 0;
}
