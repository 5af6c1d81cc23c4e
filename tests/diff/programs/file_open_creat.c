/* SPDX-License-Identifier: MIT */
/* file_open_creat.c - creation modes obey the umask; creat truncates. */
#include "tests/diff/diff.h"

static void say_mode(const char *path)
{
    struct stat file;

    NEED(stat(path, &file) == 0);
    printf("%s: mode %04o, size %ld\n", path, file.st_mode & 07777, (long)file.st_size);
}

int main(void)
{
    umask(027);
    NEED(open("a", O_WRONLY | O_CREAT, 0666) >= 0);
    say_mode("a");
    NEED(open("b", O_WRONLY | O_CREAT, 04777) >= 0);
    say_mode("b");
    umask(0);
    int fd = open("c", O_RDONLY | O_CREAT, 0222);
    say_mode("c");
    SHOW(write(fd, "x", 1));
    fd = open("d", O_RDWR | O_CREAT, 0000);
    SHOW(write(fd, "12345", 5));
    say_mode("d");
    fd = creat("d", 0777);
    say_mode("d");
    char byte;
    SHOW(read(fd, &byte, 1));
    return 0;
}
