/* SPDX-License-Identifier: MIT */
/* file_open_append.c - O_APPEND writes at the end whatever the offset. */
#include "tests/diff/diff.h"

int main(void)
{
    make_text("file", "start");
    int fd = open("file", O_RDWR | O_APPEND);
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(lseek(fd, 1, SEEK_SET));
    SHOW(write(fd, "+one", 4));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(pwrite(fd, "+two", 4, 0));
    SHOW(lseek(fd, 0, SEEK_CUR));
    say_file("file");
    return 0;
}
