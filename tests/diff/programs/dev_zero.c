/* SPDX-License-Identifier: MIT */
/* dev_zero.c - /dev/zero gives zeros without end. */
#include "tests/diff/diff.h"

int main(void)
{
    static char bytes[100000];
    struct stat file;
    size_t nonzero = 0;
    int fd = open("/dev/zero", O_RDWR);

    memset(bytes, 1, sizeof bytes);
    SHOW(read(fd, bytes, sizeof bytes));
    for (size_t i = 0; i < sizeof bytes; i++)
        nonzero += bytes[i] != 0;
    printf("not zero: %zu\n", nonzero);
    SHOW(write(fd, bytes, 10));
    SHOW(read(fd, BAD_POINTER, 10));
    NEED(fstat(fd, &file) == 0);
    printf("%s %lx\n", kind_of(file.st_mode), (unsigned long)file.st_rdev);
    return 0;
}
