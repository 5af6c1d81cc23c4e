/* SPDX-License-Identifier: MIT */
/* fd_many.c - a thousand descriptors at once. */
#include "tests/diff/diff.h"

int main(void)
{
    struct rlimit limit = {4096, 4096};
    int last = -1;
    int failed = 0;
    char byte;

    NEED(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    make_text("file", "x");
    for (int i = 0; i < 2000; i++)
        last = open("file", O_RDONLY);
    printf("last %d\n", last);
    for (int fd = 3; fd <= last; fd++)
        failed += read(fd, &byte, 1) != 1 || byte != 'x';
    for (int fd = 3; fd <= last; fd++)
        failed += close(fd) != 0;
    printf("failed %d\n", failed);
    SHOW(open("file", O_RDONLY));
    return 0;
}
