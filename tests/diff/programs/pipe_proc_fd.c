/* SPDX-License-Identifier: MIT */
/* pipe_proc_fd.c - a pipe can be opened again through /proc/self/fd. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    char path[32];
    char text[8] = "";
    char target[64] = "";

    NEED(pipe(tube) == 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", tube[1]);
    NEED(readlink(path, target, sizeof target - 1) > 0);
    printf("it reads as %.6s\n", target);
    int again = open(path, O_WRONLY);
    NEED(again >= 0);
    SHOW(write(again, "hello", 5));
    SHOW(read(tube[0], text, sizeof text));
    printf("%s\n", text);
    return 0;
}
