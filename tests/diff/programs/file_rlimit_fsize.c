/* SPDX-License-Identifier: MIT */
/* file_rlimit_fsize.c - RLIMIT_FSIZE raises SIGXFSZ or gives EFBIG. */
#include "tests/diff/diff.h"

static int child(void *ignore)
{
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);

    if (ignore)
        signal(SIGXFSZ, SIG_IGN);
    NEED(setrlimit(RLIMIT_FSIZE, &(struct rlimit){1000, 1000}) == 0);
    SHOW(fallocate(fd, 0, 0, 500));
    SHOW(fallocate(fd, 0, 400, 600));
    if (ignore)
        SHOW(fallocate(fd, 0, 400, 601));
    NEED(ftruncate(fd, 0) == 0);
    SHOW(write(fd, (char[900]){0}, 900));
    SHOW(write(fd, (char[900]){0}, 900));
    SHOW(write(fd, "x", 1));
    SHOW(ftruncate(fd, 2000));
    return 0;
}

static int child_fallocate(void *unused)
{
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);

    (void)unused;
    NEED(setrlimit(RLIMIT_FSIZE, &(struct rlimit){1000, 1000}) == 0);
    SHOW(fallocate(fd, 0, 2000, 10));
    return 0;
}

int main(void)
{
    run_child("fallocate", child_fallocate, NULL);
    run_child("ignoring child", child, "");
    run_child("child", child, NULL);
    return 0;
}
