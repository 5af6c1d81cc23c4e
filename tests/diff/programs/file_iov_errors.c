/* SPDX-License-Identifier: MIT */
/* file_iov_errors.c - bad vectors. */
#include "tests/diff/diff.h"

int main(void)
{
    char byte;
    struct iovec one = {&byte, 1};
    struct iovec bad[] = {{"good", 4}, {BAD_POINTER, 4}};
    struct iovec negative = {&byte, SIZE_MAX};
    static struct iovec many[1025];
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    SHOW(writev(fd, &one, 0));
    SHOW(writev(fd, &one, -1));
    SHOW(writev(fd, many, 1025));
    SHOW(writev(fd, many, 1024));
    SHOW(writev(fd, &negative, 1));
    SHOW(writev(fd, BAD_POINTER, 1));
    SHOW(writev(fd, bad + 1, 1));
    SHOW(writev(fd, bad, 2));
    SHOW(lseek(fd, 0, SEEK_END));
    SHOW(readv(99, &one, 1));
    return 0;
}
