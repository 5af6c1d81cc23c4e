/* SPDX-License-Identifier: MIT */
/* file_unlink_open.c - an unlinked file lives on while it is open. */
#include "tests/diff/diff.h"

int main(void)
{
    char text[16] = "";
    struct stat file;
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    SHOW(unlink("file"));
    SHOW(access("file", F_OK));
    SHOW(write(fd, "still here", 10));
    SHOW(pread(fd, text, 15, 0));
    printf("\"%s\"\n", text);
    NEED(fstat(fd, &file) == 0);
    printf("links %lu\n", (unsigned long)file.st_nlink);
    make_text("file", "another");
    SHOW(pread(fd, text, 15, 0));
    SHOW(close(fd));
    say_file("file");
    return 0;
}
