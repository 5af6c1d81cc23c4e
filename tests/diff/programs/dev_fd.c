/* SPDX-License-Identifier: MIT */
/* dev_fd.c - /dev/fd and /dev/stdin lead to the open descriptors. */
#include "tests/diff/diff.h"

int main(void)
{
    char byte = 0;

    make_text("file", "content");
    int fd = open("file", O_RDONLY);
    NEED(dup2(fd, 0) == 0 && dup2(fd, 9) == 9);
    int again = open("/dev/stdin", O_RDONLY);
    SHOW(read(again, &byte, 1));
    printf("%c\n", byte);
    again = open("/dev/fd/9", O_RDONLY);
    SHOW(read(again, &byte, 1));
    printf("%c\n", byte);
    SHOW(open("/dev/fd/77", O_RDONLY));
    return 0;
}
