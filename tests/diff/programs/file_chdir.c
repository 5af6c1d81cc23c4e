/* SPDX-License-Identifier: MIT */
/* file_chdir.c - changing directory by path and by descriptor. */
#include "tests/diff/diff.h"

static void say_last(void)
{
    char where[PATH_MAX];

    NEED(getcwd(where, sizeof where));
    printf("now in %s\n", strrchr(where, '/') + 1);
}

int main(void)
{
    NEED(mkdir("one", 0755) == 0 && mkdir("one/two", 0755) == 0 && symlink("one/two", "link") == 0);
    make_text("file", "x");
    int top = open(".", O_RDONLY);
    SHOW(chdir("link"));
    say_last();
    SHOW(chdir(".."));
    say_last();
    SHOW(fchdir(top));
    SHOW(chdir("file"));
    SHOW(chdir("missing"));
    SHOW(chdir(""));
    SHOW(chdir(BAD_POINTER));
    SHOW(fchdir(99));
    SHOW(fchdir(open("file", O_RDONLY)));
    SHOW(chdir("/.."));
    char root[8];
    printf("%s\n", getcwd(root, sizeof root));
    return 0;
}
