/* SPDX-License-Identifier: MIT */
/* splice_vmsplice.c - a program's memory goes into a pipe and out again. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    char text[32] = "";
    struct iovec vector[2] = {{(void *)(uintptr_t) "hello ", 6}, {(void *)(uintptr_t) "pipe", 4}};
    struct iovec out[2] = {{text, 3}, {text + 10, 20}};

    NEED(pipe(tube) == 0);
    SHOW(vmsplice(tube[1], vector, 2, 0));
    SHOW(vmsplice(tube[0], out, 2, 0));
    printf("%.3s|%s\n", text, text + 10);
    SHOW(vmsplice(tube[0], out, 1, SPLICE_F_NONBLOCK));
    SHOW(vmsplice(tube[1], vector, 0, 0));
    close(tube[0]);
    signal(SIGPIPE, SIG_IGN);
    SHOW(vmsplice(tube[1], vector, 2, 0));
    return 0;
}
