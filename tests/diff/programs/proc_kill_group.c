/* SPDX-License-Identifier: MIT */
/* proc_kill_group.c - signals to whole process groups. */
#include "tests/diff/diff.h"

static pid_t sleeper(pid_t group)
{
    pid_t pid = fork();

    NEED(pid >= 0);
    if (pid == 0) {
        setpgid(0, group);
        for (;;)
            pause();
    }
    NEED(setpgid(pid, group) == 0);
    return pid;
}

int main(void)
{
    pid_t first = sleeper(0);
    pid_t second = sleeper(first);
    pid_t other = sleeper(0);

    SHOW(kill(-first, SIGTERM));
    printf("%d %d\n", reap(first), reap(second));
    SHOW(kill(-first, SIGTERM));
    SHOW(killpg(other, 0));
    SHOW(kill(other, 0));
    SHOW(killpg(other, SIGHUP));
    printf("%d\n", reap(other));
    signal(SIGUSR1, SIG_IGN);
    pid_t mine = sleeper(getpgrp());
    SHOW(kill(0, SIGUSR1));
    SHOW(kill(mine, SIGKILL));
    printf("%d\n", reap(mine));
    return 0;
}
