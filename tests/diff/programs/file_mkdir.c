/* SPDX-License-Identifier: MIT */
/* file_mkdir.c - making directories, modes, errors, link counts. */
#include "tests/diff/diff.h"

int main(void)
{
    struct stat dir;

    umask(022);
    make_text("file", "x");
    SHOW(mkdir("dir", 0777));
    SHOW(mkdir("dir/", 0777));
    SHOW(mkdir("slash/", 01700));
    NEED(stat("slash", &dir) == 0);
    printf("%04o\n", dir.st_mode & 07777);
    SHOW(mkdir("file", 0777));
    SHOW(mkdir("file/x", 0777));
    SHOW(mkdir("missing/x", 0777));
    SHOW(mkdir(".", 0777));
    SHOW(mkdir("/", 0777));
    SHOW(mkdir("", 0777));
    SHOW(mkdir("dir/a", 0777));
    SHOW(mkdir("dir/a/b", 0777));
    NEED(symlink("nowhere", "dangling") == 0);
    SHOW(mkdir("dangling", 0777));
    SHOW(mkdir(BAD_POINTER, 0777));
    return 0;
}
