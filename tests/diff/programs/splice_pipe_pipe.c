/* SPDX-License-Identifier: MIT */
/* splice_pipe_pipe.c - splice and tee between pipes; tee leaves the bytes. */
#include "tests/diff/diff.h"

int main(void)
{
    int a[2], b[2];
    char text[32] = "";

    NEED(pipe(a) == 0 && pipe(b) == 0);
    NEED(write(a[1], "twice told", 10) == 10);
    SHOW(tee(a[0], b[1], 5, 0));
    SHOW(read(b[0], text, sizeof text));
    printf("%s\n", text);
    memset(text, 0, sizeof text);
    SHOW(splice(a[0], NULL, b[1], NULL, 100, 0));
    SHOW(read(b[0], text, sizeof text));
    printf("%s\n", text);
    SHOW(tee(a[0], b[1], 100, SPLICE_F_NONBLOCK));
    SHOW(splice(a[0], NULL, b[1], NULL, 100, SPLICE_F_NONBLOCK));
    SHOW(tee(a[0], a[1], 10, 0));
    SHOW(splice(a[0], NULL, a[1], NULL, 10, 0));
    close(a[1]);
    SHOW(tee(a[0], b[1], 100, 0));
    SHOW(splice(a[0], NULL, b[1], NULL, 100, 0));
    return 0;
}
