/* SPDX-License-Identifier: MIT */
/* file_symlink_walk.c - links in the middle of paths, absolute, relative, through dots. */
#include "tests/diff/diff.h"

int main(void)
{
    char here[PATH_MAX];

    NEED(getcwd(here, sizeof here));
    NEED(mkdir("a", 0755) == 0 && mkdir("a/b", 0755) == 0 && mkdir("c", 0755) == 0);
    make_text("a/b/file", "found");
    make_text("c/file", "other");
    NEED(symlink("a/b", "ab") == 0 && symlink("../../c", "a/b/c") == 0 &&
         symlink(here, "abs") == 0);
    say_file("ab/file");
    say_file("ab/c/file");
    say_file("ab/../b/file");
    say_file("abs/abs/c/file");
    say_file("./././ab//file");
    say_file("c/../ab/c/../c/file");
    SHOW(open("ab/missing", O_RDONLY));
    NEED(symlink("file/", "c/slash") == 0);
    say_file("c/slash");
    NEED(symlink("/", "root") == 0);
    SHOW(chdir("root/../../proc"));
    return 0;
}
