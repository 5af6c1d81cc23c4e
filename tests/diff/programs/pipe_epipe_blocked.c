/* SPDX-License-Identifier: MIT */
/* pipe_epipe_blocked.c - a writer that waits for room learns that the reader left. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    static char block[65536];

    NEED(pipe(tube) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(tube[0]);
        signal(SIGPIPE, SIG_IGN);
        NEED(write(tube[1], block, sizeof block) == sizeof block);
        SHOW(write(tube[1], block, 100));
        _exit(0);
    }
    close(tube[1]);
    sleep_ms(50);
    close(tube[0]);
    printf("writer's code %d\n", reap(pid));
    return 0;
}
