/* SPDX-License-Identifier: MIT */
/* file_sparse.c - a hole reads as zeros and takes (nearly) no room. */
#include "tests/diff/diff.h"

int main(void)
{
    struct stat file;
    char bytes[8];
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    NEED(fd >= 0);
    SHOW(pwrite(fd, "end", 3, (off_t)1 << 30));
    SHOW(lseek(fd, 0, SEEK_END));
    SHOW(pread(fd, bytes, 8, 123456789));
    printf("%d %d\n", bytes[0], bytes[7]);
    memset(bytes, 9, sizeof bytes);
    SHOW(pread(fd, bytes, 8, ((off_t)1 << 30) - 3));
    printf("%d %d %c%c%c\n", bytes[0], bytes[2], bytes[3], bytes[4], bytes[5]);
    NEED(fstat(fd, &file) == 0);
    TELL(file.st_blocks * 512 < 1 << 20);
    SHOW(ftruncate(fd, 10));
    SHOW(pread(fd, bytes, 8, 0));
    return 0;
}
