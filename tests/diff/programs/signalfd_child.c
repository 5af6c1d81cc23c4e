/* SPDX-License-Identifier: MIT */
/* signalfd_child.c - SIGCHLD through a descriptor tells who ended and how. */
#include "tests/diff/diff.h"
#include <sys/signalfd.h>

int main(void)
{
    struct signalfd_siginfo info = {0};
    sigset_t set;
    pid_t pid;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    NEED(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    fd = signalfd(-1, &set, 0);
    NEED(fd >= 0);
    pid = fork();
    NEED(pid >= 0);
    if (!pid)
        _exit(7);
    SHOW(read(fd, &info, sizeof info));
    TELL(info.ssi_pid == (uint32_t)pid);
    TELL(info.ssi_code == CLD_EXITED);
    printf("%s status %d\n", signal_name((int)info.ssi_signo), info.ssi_status);
    printf("%d\n", reap(pid));
    return 0;
}
