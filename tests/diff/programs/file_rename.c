/* SPDX-License-Identifier: MIT */
/* file_rename.c - renaming files and replacing others. */
#include "tests/diff/diff.h"

int main(void)
{
    struct stat before, after;

    make_text("a", "from a");
    make_text("b", "from b");
    NEED(stat("a", &before) == 0);
    SHOW(rename("a", "b"));
    NEED(stat("b", &after) == 0);
    TELL(before.st_ino == after.st_ino);
    say_file("b");
    say_file("a");
    SHOW(rename("missing", "x"));
    SHOW(rename("b", "missing/x"));
    SHOW(rename("b", "b"));
    NEED(link("b", "same") == 0);
    SHOW(rename("b", "same"));
    say_file("b");
    NEED(symlink("b", "link") == 0);
    SHOW(rename("link", "moved"));
    NEED(lstat("moved", &after) == 0);
    printf("%s\n", kind_of(after.st_mode));
    SHOW(rename("b", "moved"));
    NEED(lstat("moved", &after) == 0);
    printf("%s\n", kind_of(after.st_mode));
    SHOW(rename("moved", ""));
    SHOW(rename("moved/", "x"));
    SHOW(rename("moved", "new/"));
    SHOW(rename(BAD_POINTER, "x"));
    return 0;
}
