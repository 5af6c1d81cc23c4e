/* SPDX-License-Identifier: MIT */
/* xattr_kinds.c - links, directories, fifos and open files. */
#include "tests/diff/diff.h"
#include <sys/xattr.h>

int main(void)
{
    char value[8] = "";
    int fd;

    make_text("file", "1");
    NEED(symlink("file", "link") == 0 && mkdir("dir", 0755) == 0 && mkfifo("fifo", 0600) == 0);
    SHOW(setxattr("link", "user.a", "1", 1, 0));
    SHOW(getxattr("file", "user.a", value, 8));
    SHOW(lgetxattr("link", "user.a", value, 8));
    SHOW(lsetxattr("link", "user.a", "1", 1, 0));
    SHOW(lsetxattr("file", "user.b", "1", 1, 0));
    SHOW(setxattr("dir", "user.a", "1", 1, 0));
    SHOW(setxattr("fifo", "user.a", "1", 1, 0));
    SHOW(getxattr("fifo", "user.a", value, 8));
    fd = open("file", O_RDONLY);
    SHOW(fsetxattr(fd, "user.c", "33", 2, 0));
    SHOW(fgetxattr(fd, "user.c", value, 8));
    printf("%s\n", value);
    SHOW(fremovexattr(fd, "user.b"));
    SHOW(flistxattr(fd, NULL, 0));
    SHOW(llistxattr("link", NULL, 0));
    SHOW(lremovexattr("file", "user.c"));
    fd = open("file", O_PATH);
    SHOW(fgetxattr(fd, "user.a", value, 8));
    SHOW(setxattr("/proc/self/status", "user.a", "1", 1, 0));
    return 0;
}
