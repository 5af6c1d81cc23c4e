/* SPDX-License-Identifier: MIT */
/* procfs_seek.c - proc files can be read in parts and again. */
#include "tests/diff/diff.h"

int main(void)
{
    char whole[4096], parts[4096];
    size_t length = 0;
    ssize_t got;
    int fd = open("/proc/self/limits", O_RDONLY);

    NEED(fd >= 0);
    ssize_t all = read(fd, whole, sizeof whole);
    NEED(all > 0);
    SHOW(lseek(fd, 0, SEEK_SET));
    while ((got = read(fd, parts + length, 7)) > 0)
        length += (size_t)got;
    TELL((ssize_t)length == all && memcmp(whole, parts, length) == 0);
    struct stat file;
    NEED(fstat(fd, &file) == 0);
    printf("size %ld, %s\n", (long)file.st_size, kind_of(file.st_mode));
    whole[all] = 0;
    TELL(
        strstr(whole, "Max open files            1024                 4096                 files"));
    return 0;
}
