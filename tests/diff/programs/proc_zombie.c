/* SPDX-License-Identifier: MIT */
/* proc_zombie.c - a zombie can be signalled until it is waited for. */
#include "tests/diff/diff.h"

int main(void)
{
    siginfo_t info;
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    NEED(waitid(P_PID, pid, &info, WEXITED | WNOWAIT) == 0);
    SHOW(kill(pid, 0));
    SHOW(kill(pid, SIGKILL));
    TELL(getpgid(pid) == getpgrp());
    int status;
    NEED(waitpid(pid, &status, 0) == pid);
    say_status("still", status);
    SHOW(kill(pid, 0));
    SHOW(getpgid(pid));
    return 0;
}
