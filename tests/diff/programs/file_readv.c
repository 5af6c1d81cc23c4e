/* SPDX-License-Identifier: MIT */
/* file_readv.c - reading and writing with vectors. */
#include "tests/diff/diff.h"

int main(void)
{
    char a[4] = "", b[8] = "", c[4] = "";
    struct iovec out[] = {{"one", 3}, {"", 0}, {"two", 3}, {"three", 5}};
    struct iovec in[] = {{a, 2}, {b, 7}, {c, 3}};
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    SHOW(writev(fd, out, 4));
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(readv(fd, in, 3));
    printf("\"%s\" \"%s\" \"%.2s\"\n", a, b, c);
    SHOW(preadv(fd, in, 2, 3));
    printf("\"%s\" \"%s\"\n", a, b);
    SHOW(pwritev(fd, out, 1, 20));
    SHOW(lseek(fd, 0, SEEK_END));
    SHOW(preadv(fd, in, 2, -1));
    return 0;
}
