/* SPDX-License-Identifier: MIT */
/* file_rmdir.c - removing directories and what is refused. */
#include "tests/diff/diff.h"

int main(void)
{
    NEED(mkdir("dir", 0755) == 0 && mkdir("dir/sub", 0755) == 0 && symlink("dir", "link") == 0);
    make_text("file", "x");
    SHOW(rmdir("dir"));
    SHOW(rmdir("dir/sub/."));
    SHOW(rmdir("dir/sub/.."));
    SHOW(rmdir("link"));
    SHOW(rmdir("file"));
    SHOW(rmdir("missing"));
    SHOW(rmdir("/"));
    SHOW(rmdir(""));
    SHOW(rmdir("dir/sub/"));
    SHOW(rmdir("dir"));
    SHOW(rmdir("dir"));
    return 0;
}
