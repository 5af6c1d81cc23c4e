/* SPDX-License-Identifier: MIT */
/* file_unlink.c - removing names, and what unlink refuses. */
#include "tests/diff/diff.h"

int main(void)
{
    make_text("file", "x");
    NEED(mkdir("dir", 0755) == 0 && symlink("file", "link") == 0);
    SHOW(unlink("link"));
    SHOW(unlink("dir"));
    SHOW(unlink("missing"));
    SHOW(unlink("file/x"));
    SHOW(unlink("file/"));
    SHOW(unlink(""));
    SHOW(unlink("."));
    SHOW(unlinkat(AT_FDCWD, "file", AT_REMOVEDIR));
    SHOW(unlinkat(AT_FDCWD, "dir", AT_REMOVEDIR));
    SHOW(unlinkat(AT_FDCWD, "file", 0x4000));
    SHOW(unlink("file"));
    SHOW(unlink("file"));
    SHOW(unlink(BAD_POINTER));
    return 0;
}
