/* SPDX-License-Identifier: MIT */
/* file_link.c - hard links share an inode; what cannot be linked. */
#include "tests/diff/diff.h"

int main(void)
{
    struct stat one, two;

    make_text("file", "shared");
    NEED(mkdir("dir", 0755) == 0 && symlink("file", "link") == 0);
    SHOW(link("file", "second"));
    SHOW(link("file", "dir/third"));
    NEED(stat("file", &one) == 0 && stat("dir/third", &two) == 0);
    TELL(one.st_ino == two.st_ino);
    printf("links %lu\n", (unsigned long)one.st_nlink);
    SHOW(unlink("file"));
    say_file("second");
    SHOW(link("second", "dir/third"));
    SHOW(link("dir", "dirlink"));
    SHOW(link("missing", "x"));
    SHOW(link("second", "missing/x"));
    SHOW(link("second", "second/x"));
    SHOW(link("link", "linklink"));
    NEED(lstat("linklink", &one) == 0);
    printf("a link to a symlink is a %s\n", kind_of(one.st_mode));
    SHOW(linkat(AT_FDCWD, "second", AT_FDCWD, "x", 0x4000));
    NEED(rename("second", "file") == 0);
    SHOW(linkat(AT_FDCWD, "link", AT_FDCWD, "followed", AT_SYMLINK_FOLLOW));
    NEED(lstat("followed", &one) == 0);
    printf("a followed one is a %s\n", kind_of(one.st_mode));
    return 0;
}
