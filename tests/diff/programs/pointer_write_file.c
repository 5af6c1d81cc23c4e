/* SPDX-License-Identifier: MIT */
/* pointer_write_file.c - write of a file with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    EACH_POINTER((ftruncate(fd, 0), pwrite(fd, at, 8, 0)));
    return 0;
}
