/* SPDX-License-Identifier: MIT */
/* file_fchmodat2.c - fchmodat2 with its flags. */
#include "tests/diff/diff.h"

int main(void)
{
    struct stat st;
    int fd;

    make_text("file", "1");
    NEED(symlink("file", "link") == 0);
    SHOW(syscall(452, AT_FDCWD, "link", 0600, 0));
    NEED(stat("file", &st) == 0);
    printf("%o\n", st.st_mode & 07777);
    SHOW(syscall(452, AT_FDCWD, "link", 0640, AT_SYMLINK_NOFOLLOW));
    SHOW(syscall(452, AT_FDCWD, "file", 0640, AT_SYMLINK_NOFOLLOW));
    fd = open("file", O_RDONLY);
    SHOW(syscall(452, fd, "", 0604, AT_EMPTY_PATH));
    NEED(stat("file", &st) == 0);
    printf("%o\n", st.st_mode & 07777);
    SHOW(syscall(452, AT_FDCWD, "missing", 0600, 0));
    SHOW(syscall(452, AT_FDCWD, "file", 0600, 0x4000));
    SHOW(syscall(452, AT_FDCWD, BAD_POINTER, 0600, 0));
    return 0;
}
