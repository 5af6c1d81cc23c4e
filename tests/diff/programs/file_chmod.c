/* SPDX-License-Identifier: MIT */
/* file_chmod.c - modes change, through links too, with errors. */
#include "tests/diff/diff.h"

static void say_mode(const char *path)
{
    struct stat file;

    NEED(stat(path, &file) == 0);
    printf("%s: %04o\n", path, file.st_mode & 07777);
}

int main(void)
{
    make_text("file", "x");
    NEED(symlink("file", "link") == 0);
    SHOW(chmod("link", 0751));
    say_mode("file");
    SHOW(chmod("file", 07777));
    say_mode("file");
    SHOW(chmod("file", 0170644));
    say_mode("file");
    SHOW(fchmod(open("file", O_RDONLY), 0));
    say_mode("file");
    SHOW(fchmodat(AT_FDCWD, "file", 0444, 0));
    say_mode("file");
    SHOW(chmod("missing", 0644));
    SHOW(chmod("file/x", 0644));
    SHOW(chmod(BAD_POINTER, 0644));
    SHOW(syscall(SYS_fchmodat, 99, "file", 0644));
    return 0;
}
