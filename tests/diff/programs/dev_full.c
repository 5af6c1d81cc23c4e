/* SPDX-License-Identifier: MIT */
/* dev_full.c - /dev/full has no room. */
#include "tests/diff/diff.h"

int main(void)
{
    char byte = 1;
    int fd = open("/dev/full", O_RDWR);

    SHOW(write(fd, "x", 1));
    SHOW(write(fd, "", 0));
    SHOW(read(fd, &byte, 1));
    printf("%d\n", byte);
    FILE *file = fopen("/dev/full", "w");
    NEED(file);
    fprintf(file, "text");
    SHOW(fflush(file));
    return 0;
}
