/* SPDX-License-Identifier: MIT */
/* file_mknod.c - mknod makes files, fifos and devices. */
#include "tests/diff/diff.h"

int main(void)
{
    struct stat file;
    char bytes[4] = "xxx";

    SHOW(mknod("file", S_IFREG | 0600, 0));
    SHOW(mknod("plain", 0600, 0));
    SHOW(mknod("fifo", S_IFIFO | 0600, 0));
    SHOW(mknod("zero", S_IFCHR | 0666, 0x105));
    SHOW(mknod("dir", S_IFDIR | 0755, 0));
    SHOW(mknod("file", S_IFREG | 0600, 0));
    SHOW(mknod("bad", S_IFLNK | 0600, 0));
    NEED(stat("plain", &file) == 0);
    printf("%s\n", kind_of(file.st_mode));
    NEED(stat("zero", &file) == 0);
    printf("%s, device %lx\n", kind_of(file.st_mode), (unsigned long)file.st_rdev);
    int fd = open("zero", O_RDONLY);
    if (fd >= 0)
        SHOW(read(fd, bytes, 1));
    printf("byte %d\n", bytes[0]);
    return 0;
}
