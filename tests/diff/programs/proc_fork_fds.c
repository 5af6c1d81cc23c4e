/* SPDX-License-Identifier: MIT */
/* proc_fork_fds.c - parent and child share file offsets but not descriptor tables. */
#include "tests/diff/diff.h"

static int fd;

static int child(void *unused)
{
    (void)unused;
    SHOW(write(fd, "child", 5));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(close(fd));
    return 0;
}

int main(void)
{
    fd = open("file", O_RDWR | O_CREAT, 0644);
    NEED(fd >= 0 && write(fd, "parent ", 7) == 7);
    run_child("child", child, NULL);
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(write(fd, " again", 6));
    say_file("file");
    return 0;
}
