/* SPDX-License-Identifier: MIT */
/* file_symlink_loop.c - forty links are followed, more are a loop. */
#include "tests/diff/diff.h"

static void chain(int length)
{
    char name[16], target[16];
    int fd;

    for (int i = 1; i <= length; i++) {
        snprintf(name, sizeof name, "l%d", i);
        snprintf(target, sizeof target, i == 1 ? "file" : "l%d", i - 1);
        (void)!symlink(target, name);
    }
    fd = open(name, O_RDONLY);
    printf("%d links: %s\n", length, fd >= 0 ? "opened" : error_name(errno));
}

int main(void)
{
    make_text("file", "x");
    chain(1);
    chain(8);
    chain(40);
    chain(41);
    NEED(symlink("b", "a") == 0 && symlink("a", "b") == 0 && symlink("self", "self") == 0);
    SHOW(open("a", O_RDONLY));
    SHOW(open("self/x", O_RDONLY));
    SHOW(stat("self", &(struct stat){0}));
    SHOW(lstat("self", &(struct stat){0}));
    SHOW(unlink("self"));
    SHOW(chdir("a"));
    SHOW(open("a", O_RDONLY | O_CREAT, 0644));
    return 0;
}
