/* SPDX-License-Identifier: MIT */
/* pipe_stat.c - a pipe's stat, FIONREAD and size. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    int waiting = -1;
    struct stat one, two;

    NEED(pipe(tube) == 0);
    NEED(fstat(tube[0], &one) == 0 && fstat(tube[1], &two) == 0);
    printf("%s, mode %03o, size %ld, links %lu\n", kind_of(one.st_mode), one.st_mode & 0777,
           (long)one.st_size, (unsigned long)one.st_nlink);
    TELL(one.st_ino == two.st_ino);
    SHOW(ioctl(tube[0], FIONREAD, &waiting));
    printf("%d waiting\n", waiting);
    NEED(write(tube[1], "12345", 5) == 5);
    SHOW(ioctl(tube[0], FIONREAD, &waiting));
    printf("%d waiting\n", waiting);
    SHOW(fcntl(tube[0], F_GETPIPE_SZ));
    SHOW(fcntl(tube[0], F_SETPIPE_SZ, 8192));
    SHOW(fcntl(tube[0], F_GETPIPE_SZ));
    SHOW(fcntl(open(".", O_RDONLY), F_GETPIPE_SZ));
    return 0;
}
