/* SPDX-License-Identifier: MIT */
/* file_big.c - eight megabytes written and read back in odd pieces. */
#include "tests/diff/diff.h"

int main(void)
{
    static unsigned char bytes[10007];
    size_t wrong = 0;
    long total = 0;
    ssize_t got;
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    for (int piece = 0; piece < 800; piece++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (unsigned char)((total + (long)i) * 31 >> 3);
        NEED(write(fd, bytes, sizeof bytes) == sizeof bytes);
        total += sizeof bytes;
    }
    SHOW(lseek(fd, 0, SEEK_SET));
    total = 0;
    while ((got = read(fd, bytes, 7001)) > 0) {
        for (ssize_t i = 0; i < got; i++)
            wrong += bytes[i] != (unsigned char)((total + i) * 31 >> 3);
        total += got;
    }
    printf("%ld bytes, %zu wrong\n", total, wrong);
    return 0;
}
