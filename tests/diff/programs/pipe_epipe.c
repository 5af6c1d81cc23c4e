/* SPDX-License-Identifier: MIT */
/* pipe_epipe.c - writing with no reader raises SIGPIPE or gives EPIPE. */
#include "tests/diff/diff.h"

static int writer(void *unused)
{
    int tube[2];

    (void)unused;
    NEED(pipe(tube) == 0);
    close(tube[0]);
    return (int)write(tube[1], "x", 1);
}

int main(void)
{
    int tube[2];

    run_child("writer", writer, NULL);
    signal(SIGPIPE, SIG_IGN);
    NEED(pipe(tube) == 0);
    close(tube[0]);
    SHOW(write(tube[1], "x", 1));
    SHOW(write(tube[1], "x", 0));
    catch_signal(SIGPIPE, 0);
    SHOW(write(tube[1], "x", 1));
    printf("caught %s %d times\n", signal_name(caught_last), (int)caught_count);
    return 0;
}
