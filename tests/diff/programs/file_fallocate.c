/* SPDX-License-Identifier: MIT */
/* file_fallocate.c - fallocate grows a file, and keeps sizes when told. */
#include "tests/diff/diff.h"

int main(void)
{
    struct stat file;
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    SHOW(fallocate(fd, 0, 0, 10000));
    SHOW(lseek(fd, 0, SEEK_END));
    SHOW(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 50000));
    SHOW(lseek(fd, 0, SEEK_END));
    NEED(fstat(fd, &file) == 0);
    TELL(file.st_blocks * 512 >= 10000);
    SHOW(fallocate(fd, 0, 0, 0));
    SHOW(fallocate(fd, 0, -1, 10));
    SHOW(fallocate(99, 0, 0, 10));
    SHOW(fallocate(open("file", O_RDONLY), 0, 0, 10));
    return 0;
}
