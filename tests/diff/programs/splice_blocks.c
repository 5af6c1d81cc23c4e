/* SPDX-License-Identifier: MIT */
/* splice_blocks.c - splice waits for a pipe to fill and stops at its end; SIGPIPE when nobody reads. */
#include "tests/diff/diff.h"

int main(void)
{
    int a[2], b[2];
    char text[64] = "";
    pid_t pid;

    NEED(pipe(a) == 0 && pipe(b) == 0);
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        close(a[0]);
        NEED(write(a[1], "from the child", 14) == 14);
        _exit(0);
    }
    close(a[1]);
    SHOW(splice(a[0], NULL, b[1], NULL, 1000, 0));
    SHOW(read(b[0], text, sizeof text));
    printf("%s\n", text);
    printf("%d\n", reap(pid));
    SHOW(splice(a[0], NULL, b[1], NULL, 1000, 0));
    close(b[0]);
    catch_signal(SIGPIPE, 0);
    NEED(pipe(a) == 0 && write(a[1], "x", 1) == 1);
    SHOW(splice(a[0], NULL, b[1], NULL, 1000, 0));
    printf("%s\n", signal_name(caught_last));
    return 0;
}
