/* SPDX-License-Identifier: MIT */
/* file_open_path.c - an O_PATH descriptor names a file but does not read it. */
#include "tests/diff/diff.h"

int main(void)
{
    char byte;
    struct stat file;

    make_text("file", "text");
    int fd = open("file", O_PATH);
    int dir = open(".", O_PATH);
    NEED(fd >= 0 && dir >= 0);
    SHOW(read(fd, &byte, 1));
    SHOW(write(fd, "x", 1));
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(syscall(SYS_fchmod, fd, 0600));
    SHOW(fstat(fd, &file));
    SHOW_OK(openat(dir, "file", O_RDONLY));
    SHOW(fchdir(dir));
    SHOW_OK(dup(fd));
    SHOW(close(fd));
    return 0;
}
