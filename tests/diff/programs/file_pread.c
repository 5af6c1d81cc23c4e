/* SPDX-License-Identifier: MIT */
/* file_pread.c - positioned reading and writing leave the offset alone. */
#include "tests/diff/diff.h"

int main(void)
{
    char text[16] = "";
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    SHOW(pwrite(fd, "456", 3, 4));
    SHOW(pwrite(fd, "0123", 4, 0));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(pread(fd, text, 10, 0));
    printf("\"%s\"\n", text);
    SHOW(pread(fd, text, 10, 5));
    SHOW(pread(fd, text, 10, 7));
    SHOW(pread(fd, text, 10, 100));
    SHOW(pread(fd, text, 1, -1));
    SHOW(pwrite(fd, text, 1, -1));
    SHOW(pwrite(fd, text, 1, LLONG_MAX));
    SHOW(pread(99, text, 1, 0));
    return 0;
}
