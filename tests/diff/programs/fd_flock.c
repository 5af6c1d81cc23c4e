/* SPDX-License-Identifier: MIT */
/* fd_flock.c - flock belongs to the open file, not to the process. */
#include "tests/diff/diff.h"

static int child(void *unused)
{
    int other = open("file", O_RDWR);

    (void)unused;
    SHOW(flock(other, LOCK_EX | LOCK_NB));
    SHOW(flock(other, LOCK_SH | LOCK_NB));
    return 0;
}

int main(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0644);
    int second = open("file", O_RDWR);

    SHOW(flock(fd, LOCK_EX));
    SHOW(flock(second, LOCK_EX | LOCK_NB));
    run_child("child", child, NULL);
    SHOW(flock(fd, LOCK_SH));
    SHOW(flock(second, LOCK_SH | LOCK_NB));
    SHOW(flock(second, LOCK_EX | LOCK_NB));
    SHOW(close(fd));
    SHOW(flock(second, LOCK_EX | LOCK_NB));
    SHOW(flock(second, LOCK_UN));
    SHOW(flock(second, 0));
    SHOW(flock(99, LOCK_EX));
    return 0;
}
