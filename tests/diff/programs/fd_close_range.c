/* SPDX-License-Identifier: MIT */
/* fd_close_range.c - close_range closes a range or marks it. */
#include "tests/diff/diff.h"

int main(void)
{
    for (int fd = 10; fd < 20; fd++)
        NEED(dup2(0, fd) == fd);
    SHOW(syscall(SYS_close_range, 12, 14, 0));
    SHOW(syscall(SYS_close_range, 16, 17, 4));
    SHOW(syscall(SYS_close_range, 18, ~0u, 0));
    SHOW(syscall(SYS_close_range, 15, 14, 0));
    SHOW(syscall(SYS_close_range, 100, 200, 64));
    for (int fd = 10; fd < 20; fd++)
        printf("%d: %d\n", fd, fcntl(fd, F_GETFD));
    return 0;
}
