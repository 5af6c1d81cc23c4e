/* SPDX-License-Identifier: MIT */
/* file_rename_dirs.c - renaming directories, into each other and over each other. */
#include "tests/diff/diff.h"

int main(void)
{
    NEED(mkdir("a", 0755) == 0 && mkdir("a/sub", 0755) == 0 && mkdir("b", 0755) == 0);
    make_text("a/file", "inside");
    make_text("file", "outside");
    SHOW(rename("a", "a/sub/x"));
    SHOW(rename("a", "a/sub"));
    SHOW(rename("a", "a"));
    SHOW(rename("a/sub", "a"));
    SHOW(rename("a", "file"));
    SHOW(rename("file", "b"));
    SHOW(rename("b", "a"));
    SHOW(rename("a", "b"));
    say_file("b/file");
    SHOW(access("a", F_OK));
    SHOW(rename("b/sub", "moved/"));
    SHOW(access("moved", F_OK));
    SHOW(rename("b", "moved/inside"));
    say_file("moved/inside/file");
    SHOW(rename(".", "x"));
    SHOW(rename("moved/..", "x"));
    SHOW(rename("moved", "."));
    NEED(chdir("moved/inside") == 0);
    SHOW(rename("../../moved", "../../renamed"));
    say_file("../../renamed/inside/file");
    return 0;
}
