/* SPDX-License-Identifier: MIT */
/* proc_setpgid_session.c - a process cannot be moved to a group of another session. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    char byte;
    pid_t pid;

    NEED(pipe(tube) == 0);
    pid = fork();
    if (pid == 0) {
        setsid();
        NEED(write(tube[1], "r", 1) == 1);
        for (;;)
            pause();
    }
    NEED(read(tube[0], &byte, 1) == 1);
    SHOW(setpgid(pid, getpgrp()));
    SHOW(setpgid(0, pid));
    NEED(kill(pid, SIGKILL) == 0);
    printf("killed: %d\n", reap(pid));
    return 0;
}
