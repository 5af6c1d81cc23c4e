/* SPDX-License-Identifier: MIT */
/* signalfd_fork.c - a child that inherited the descriptor reads its own signals, not the parent's. */
#include "tests/diff/diff.h"
#include <sys/signalfd.h>

int main(void)
{
    struct signalfd_siginfo info;
    sigset_t set;
    pid_t pid;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    NEED(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    fd = signalfd(-1, &set, SFD_NONBLOCK);
    NEED(fd >= 0);
    kill(getpid(), SIGUSR1);
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        SHOW(read(fd, &info, sizeof info));
        kill(getpid(), SIGUSR1);
        SHOW(read(fd, &info, sizeof info));
        TELL(info.ssi_pid == (uint32_t)getpid());
        _exit(0);
    }
    printf("%d\n", reap(pid));
    SHOW(read(fd, &info, sizeof info));
    return 0;
}
