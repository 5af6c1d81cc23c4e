/* SPDX-License-Identifier: MIT */
/* pipe_flags.c - pipe2 sets close-on-exec and non-blocking, and refuses other flags. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2] = {-7, -7};

    NEED(pipe2(tube, O_CLOEXEC) == 0);
    printf("F_GETFD %d %d\n", fcntl(tube[0], F_GETFD), fcntl(tube[1], F_GETFD));
    printf("access %d %d\n", fcntl(tube[0], F_GETFL) & O_ACCMODE,
           fcntl(tube[1], F_GETFL) & O_ACCMODE);
    NEED(pipe2(tube, O_NONBLOCK) == 0);
    printf("F_GETFD %d %d\n", fcntl(tube[0], F_GETFD), fcntl(tube[1], F_GETFD));
    printf("nonblocking %d %d\n", !!(fcntl(tube[0], F_GETFL) & O_NONBLOCK),
           !!(fcntl(tube[1], F_GETFL) & O_NONBLOCK));
    SHOW(pipe2(tube, O_APPEND));
    SHOW(pipe2(tube, -1));
    return 0;
}
