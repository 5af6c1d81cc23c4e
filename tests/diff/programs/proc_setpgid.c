/* SPDX-License-Identifier: MIT */
/* proc_setpgid.c - process groups: making, joining, and what is refused. */
#include "tests/diff/diff.h"

static int leader(void *unused)
{
    (void)unused;
    setsid();
    SHOW(setpgid(0, 0));
    return 0;
}

int main(void)
{
    int tube[2];
    char byte;

    NEED(pipe(tube) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(tube[1]);
        _exit((int)read(tube[0], &byte, 1));
    }
    SHOW(setpgid(pid, 0));
    TELL(getpgid(pid) == pid);
    SHOW(setpgid(pid, getpgrp()));
    TELL(getpgid(pid) == getpgrp());
    SHOW(setpgid(pid, 12345678));
    SHOW(setpgid(pid, -1));
    SHOW(setpgid(1, 0));
    SHOW(setpgid(12345678, 0));
    SHOW(setpgid(0, 0));
    SHOW(getpgid(12345678));
    SHOW(getpgid(-1));
    TELL(getpgid(0) == getpgrp());
    close(tube[1]);
    run_child("session leader", leader, NULL);
    NEED(reap(pid) == 0);
    return 0;
}
