/* SPDX-License-Identifier: MIT */
/* pipe_basic.c - bytes come out of a pipe in order, in parts. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    char text[32] = "";

    SHOW(pipe(tube));
    SHOW(write(tube[1], "hello, ", 7));
    SHOW(write(tube[1], "world", 5));
    SHOW(read(tube[0], text, 3));
    printf("\"%s\"\n", text);
    SHOW(read(tube[0], text, sizeof text));
    printf("\"%s\"\n", text);
    SHOW(write(tube[1], "", 0));
    SHOW(read(tube[0], text, 0));
    SHOW(pipe(BAD_POINTER));
    return 0;
}
