/* SPDX-License-Identifier: MIT */
/* file_read_write.c - writing and reading back, holes at the edges, sizes. */
#include "tests/diff/diff.h"

int main(void)
{
    char text[32] = "";
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    SHOW(write(fd, "hello", 5));
    SHOW(read(fd, text, sizeof text));
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(read(fd, text, 2));
    printf("\"%s\"\n", text);
    SHOW(write(fd, "LL", 2));
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(read(fd, text, sizeof text));
    printf("\"%s\"\n", text);
    SHOW(write(fd, text, 0));
    SHOW(read(fd, text, 0));
    SHOW(read(fd, BAD_POINTER, 0));
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(read(fd, BAD_POINTER, 5));
    SHOW(write(fd, BAD_POINTER, 5));
    return 0;
}
