/* SPDX-License-Identifier: MIT */
/* file_ftruncate.c - shortening and lengthening, with zeros in the new part. */
#include "tests/diff/diff.h"

int main(void)
{
    char bytes[16];
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    NEED(write(fd, "0123456789", 10) == 10);
    SHOW(ftruncate(fd, 4));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(lseek(fd, 0, SEEK_END));
    SHOW(ftruncate(fd, 8));
    SHOW(pread(fd, bytes, 16, 0));
    printf("%c %d %d\n", bytes[3], bytes[4], bytes[7]);
    SHOW(ftruncate(fd, -1));
    int reader = open("file", O_RDONLY);
    SHOW(ftruncate(reader, 0));
    SHOW(truncate("file", 2));
    SHOW(truncate("missing", 0));
    SHOW(truncate(".", 0));
    SHOW(truncate("file", -5));
    SHOW(truncate("file/x", 0));
    SHOW(lseek(fd, 0, SEEK_END));
    return 0;
}
