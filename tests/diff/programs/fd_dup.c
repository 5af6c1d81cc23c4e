/* SPDX-License-Identifier: MIT */
/* fd_dup.c - copies of a descriptor share offset and flags, not close-on-exec. */
#include "tests/diff/diff.h"

int main(void)
{
    int fd = open("file", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    char byte;

    NEED(fd >= 0 && write(fd, "abcdef", 6) == 6);
    int copy = dup(fd);
    TELL(copy == fd + 1);
    SHOW(lseek(copy, 2, SEEK_SET));
    NEED(read(fd, &byte, 1) == 1);
    printf("read %c\n", byte);
    printf("F_GETFD %d and %d\n", fcntl(fd, F_GETFD), fcntl(copy, F_GETFD));
    NEED(fcntl(fd, F_SETFL, O_APPEND) == 0);
    TELL(fcntl(copy, F_GETFL) & O_APPEND);
    SHOW(close(fd));
    SHOW(read(copy, &byte, 1));
    SHOW(dup(fd));
    SHOW(dup(-1));
    return 0;
}
