/* SPDX-License-Identifier: MIT */
/* file_slashes.c - trailing slashes and dots in names. */
#include "tests/diff/diff.h"

int main(void)
{
    NEED(mkdir("dir", 0755) == 0);
    make_text("file", "x");
    NEED(symlink("dir", "dirlink") == 0 && symlink("file", "filelink") == 0);
    SHOW(access("dir/", F_OK));
    SHOW(access("dir//", F_OK));
    SHOW(access("file/", F_OK));
    SHOW(access("file/.", F_OK));
    SHOW(access("file/..", F_OK));
    SHOW(access("dir/..", F_OK));
    SHOW(access("missing/..", F_OK));
    SHOW(access("dirlink/", F_OK));
    SHOW(access("filelink/", F_OK));
    struct stat file;
    NEED(lstat("dirlink", &file) == 0);
    printf("%s\n", kind_of(file.st_mode));
    NEED(lstat("dirlink/", &file) == 0);
    printf("%s\n", kind_of(file.st_mode));
    SHOW(mkdir("new/.", 0755));
    SHOW(rmdir("dirlink/"));
    SHOW(unlink("dirlink/"));
    SHOW(rename("file", "dir/"));
    SHOW(symlink("x", "new/"));
    SHOW(link("file", "new/"));
    return 0;
}
