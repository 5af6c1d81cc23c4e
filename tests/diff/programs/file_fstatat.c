/* SPDX-License-Identifier: MIT */
/* file_fstatat.c - fstatat by directory, by descriptor, without following. */
#include "tests/diff/diff.h"

int main(void)
{
    struct stat file;

    NEED(mkdir("dir", 0755) == 0);
    make_text("dir/file", "123");
    NEED(symlink("file", "dir/link") == 0);
    int dir = open("dir", O_RDONLY);
    int fd = open("dir/file", O_RDONLY);
    SHOW(fstatat(dir, "file", &file, 0));
    printf("size %ld\n", (long)file.st_size);
    SHOW(fstatat(dir, "link", &file, AT_SYMLINK_NOFOLLOW));
    printf("%s\n", kind_of(file.st_mode));
    SHOW(fstatat(fd, "", &file, AT_EMPTY_PATH));
    printf("%s\n", kind_of(file.st_mode));
    SHOW(fstatat(fd, "", &file, 0));
    SHOW(fstatat(fd, "x", &file, 0));
    SHOW(fstatat(99, "file", &file, 0));
    SHOW(fstatat(dir, "missing", &file, 0));
    SHOW(fstatat(dir, "file", &file, 0x8000));
    return 0;
}
