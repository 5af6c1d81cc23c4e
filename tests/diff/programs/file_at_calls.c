/* SPDX-License-Identifier: MIT */
/* file_at_calls.c - the calls that take a directory descriptor. */
#include "tests/diff/diff.h"

int main(void)
{
    char text[16];

    NEED(mkdir("dir", 0755) == 0 && mkdir("other", 0755) == 0);
    int dir = open("dir", O_RDONLY | O_DIRECTORY);
    int other = open("other", O_PATH);
    int file = open("file", O_RDWR | O_CREAT, 0644);
    NEED(dir >= 0 && other >= 0 && file >= 0);
    SHOW(mkdirat(dir, "sub", 0755));
    SHOW_OK(openat(dir, "sub/file", O_WRONLY | O_CREAT, 0644));
    SHOW(symlinkat("sub/file", dir, "link"));
    SHOW(readlinkat(dir, "link", text, sizeof text));
    SHOW(linkat(dir, "link", other, "hard", AT_SYMLINK_FOLLOW));
    SHOW(renameat(dir, "sub", other, "moved"));
    SHOW(unlinkat(other, "moved/file", 0));
    SHOW(unlinkat(other, "moved", AT_REMOVEDIR));
    SHOW(faccessat(other, "hard", R_OK, 0));
    SHOW(mknodat(dir, "fifo", S_IFIFO | 0644, 0));
    SHOW(openat(file, "x", O_RDONLY));
    SHOW(openat(99, "x", O_RDONLY));
    SHOW_OK(openat(99, "/dev/null", O_RDONLY));
    SHOW(mkdirat(file, "x", 0755));
    SHOW(unlinkat(99, "x", 0));
    SHOW(openat(AT_FDCWD, "dir/fifo/x", O_RDONLY));
    return 0;
}
