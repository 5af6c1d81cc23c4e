/* SPDX-License-Identifier: MIT */
/* file_lseek.c - moving the offset, and moves that are refused. */
#include "tests/diff/diff.h"

int main(void)
{
    make_text("file", "0123456789");
    int fd = open("file", O_RDWR);

    SHOW(lseek(fd, 4, SEEK_SET));
    SHOW(lseek(fd, -2, SEEK_CUR));
    SHOW(lseek(fd, -3, SEEK_END));
    SHOW(lseek(fd, 100, SEEK_END));
    SHOW(lseek(fd, -1, SEEK_SET));
    SHOW(lseek(fd, -11, SEEK_END));
    SHOW(lseek(fd, 0, 99));
    SHOW(lseek(fd, LLONG_MAX, SEEK_CUR));
    SHOW(lseek(fd, 0, SEEK_CUR));
    char byte;
    SHOW(read(fd, &byte, 1));
    SHOW(lseek(99, 0, SEEK_SET));
    return 0;
}
