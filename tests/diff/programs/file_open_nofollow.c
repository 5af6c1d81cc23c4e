/* SPDX-License-Identifier: MIT */
/* file_open_nofollow.c - O_NOFOLLOW refuses a symlink at the end only. */
#include "tests/diff/diff.h"

int main(void)
{
    make_text("file", "x");
    NEED(mkdir("dir", 0755) == 0);
    make_text("dir/inside", "y");
    NEED(symlink("file", "link") == 0 && symlink("dir", "dirlink") == 0);
    SHOW(open("link", O_RDONLY | O_NOFOLLOW));
    SHOW(open("dirlink", O_RDONLY | O_NOFOLLOW));
    SHOW(open("dirlink", O_RDONLY | O_NOFOLLOW | O_DIRECTORY));
    SHOW_OK(open("dirlink/inside", O_RDONLY | O_NOFOLLOW));
    SHOW_OK(open("link", O_RDONLY));
    SHOW_OK(open("link", O_PATH | O_NOFOLLOW));
    struct stat file;
    NEED(fstat(open("link", O_PATH | O_NOFOLLOW), &file) == 0);
    printf("that is a %s\n", kind_of(file.st_mode));
    return 0;
}
