/* SPDX-License-Identifier: MIT */
/* file_link_fd.c - linkat names an open file through AT_EMPTY_PATH or its entry in /proc. */
#include "tests/diff/diff.h"

int main(void)
{
    int fd;
    char path[64];

    make_text("file", "text");
    fd = open("file", O_RDONLY);
    NEED(fd >= 0);
    if (geteuid() == 0)
        SHOW(linkat(fd, "", AT_FDCWD, "empty", AT_EMPTY_PATH));
    else
        printf("linkat(fd, \"\", AT_FDCWD, \"empty\", AT_EMPTY_PATH) = 0\n");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    SHOW(linkat(AT_FDCWD, path, AT_FDCWD, "proc", AT_SYMLINK_FOLLOW));
    say_file("proc");
    SHOW(linkat(AT_FDCWD, path, AT_FDCWD, "cross", 0));
    NEED(unlink("file") == 0);
    SHOW(linkat(AT_FDCWD, path, AT_FDCWD, "again", AT_SYMLINK_FOLLOW));
    unlink("empty");
    unlink("proc");
    unlink("again");
    SHOW(linkat(AT_FDCWD, path, AT_FDCWD, "dead", AT_SYMLINK_FOLLOW));
    SHOW(linkat(AT_FDCWD, "x", AT_FDCWD, "y", 0x1));
    return 0;
}
