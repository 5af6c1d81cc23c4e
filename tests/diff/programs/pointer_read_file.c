/* SPDX-License-Identifier: MIT */
/* pointer_read_file.c - read of a file with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    int fd;

    make_text("file", "0123456789");
    fd = open("file", O_RDONLY);

    EACH_POINTER((lseek(fd, 0, SEEK_SET), syscall(SYS_read, fd, at, 8)));
    return 0;
}
