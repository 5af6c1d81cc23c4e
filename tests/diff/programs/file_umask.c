/* SPDX-License-Identifier: MIT */
/* file_umask.c - umask is nine bits, inherited, and applied to directories and fifos too. */
#include "tests/diff/diff.h"

static int child(void *unused)
{
    (void)unused;
    printf("child's umask %04o\n", umask(0));
    return 0;
}

int main(void)
{
    struct stat file;

    printf("at first %04o\n", umask(07777));
    printf("then %04o\n", umask(0077));
    NEED(mkdir("dir", 0777) == 0 && mkfifo("fifo", 0666) == 0);
    NEED(stat("dir", &file) == 0);
    printf("dir %04o\n", file.st_mode & 07777);
    NEED(stat("fifo", &file) == 0);
    printf("fifo %04o\n", file.st_mode & 07777);
    run_child("child", child, NULL);
    printf("unchanged %04o\n", umask(0));
    return 0;
}
