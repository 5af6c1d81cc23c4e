/* SPDX-License-Identifier: MIT */
/* sys_chroot.c - a changed root directory bounds names. */
#include "tests/diff/diff.h"

int main(void)
{
    char where[PATH_MAX];

    NEED(mkdir("jail", 0755) == 0 && mkdir("jail/in", 0755) == 0);
    make_text("jail/file", "inside");
    make_text("outside", "outside");
    SHOW(chroot("missing"));
    SHOW(chroot("outside"));
    SHOW(chroot("jail"));
    SHOW(chdir("/"));
    say_file("/file");
    say_file("/../../file");
    SHOW(open("/outside", O_RDONLY));
    SHOW(chdir("in"));
    printf("%s\n", getcwd(where, sizeof where));
    NEED(symlink("/file", "link") == 0);
    say_file("link");
    SHOW(setuid(1000));
    SHOW(chroot("/"));
    return 0;
}
