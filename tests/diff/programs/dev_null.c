/* SPDX-License-Identifier: MIT */
/* dev_null.c - /dev/null swallows everything and is always at its end. */
#include "tests/diff/diff.h"

int main(void)
{
    char text[8] = "same";
    struct stat file;
    int fd = open("/dev/null", O_RDWR | O_TRUNC);

    SHOW(write(fd, "anything", 8));
    SHOW(read(fd, text, sizeof text));
    printf("%s\n", text);
    SHOW(lseek(fd, 1000, SEEK_SET));
    SHOW(pread(fd, text, 1, 5));
    SHOW(pwrite(fd, text, 1, 5));
    SHOW(ftruncate(fd, 0));
    SHOW(write(fd, BAD_POINTER, 5));
    NEED(fstat(fd, &file) == 0);
    printf("%s %lx, mode %04o\n", kind_of(file.st_mode), (unsigned long)file.st_rdev,
           file.st_mode & 07777);
    return 0;
}
