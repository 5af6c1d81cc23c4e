/* SPDX-License-Identifier: MIT */
/* file_symlink.c - making and reading symbolic links. */
#include "tests/diff/diff.h"

int main(void)
{
    char text[64];
    struct stat file;

    memset(text, '.', sizeof text);
    SHOW(symlink("some/target", "link"));
    SHOW(readlink("link", text, sizeof text));
    printf("%.11s, then %c\n", text, text[11]);
    SHOW(readlink("link", text, 4));
    SHOW(readlink("link", text, 0));
    NEED(lstat("link", &file) == 0);
    printf("size %ld, mode %04o\n", (long)file.st_size, file.st_mode & 07777);
    SHOW(symlink("x", "link"));
    SHOW(symlink("", "empty"));
    SHOW(symlink("x", "missing/link"));
    SHOW(symlink("x", ""));
    SHOW(symlink(BAD_POINTER, "y"));
    make_text("file", "x");
    SHOW(readlink("file", text, sizeof text));
    SHOW(readlink("missing", text, sizeof text));
    SHOW(readlink("link", BAD_POINTER, 10));
    SHOW(unlink("link"));
    SHOW(lstat("link", &file));
    return 0;
}
