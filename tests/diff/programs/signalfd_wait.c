/* SPDX-License-Identifier: MIT */
/* signalfd_wait.c - a read that blocks is woken by a signal of the mask from another process. */
#include "tests/diff/diff.h"
#include <sys/signalfd.h>

int main(void)
{
    struct signalfd_siginfo info = {0};
    sigset_t set;
    pid_t parent = getpid();
    pid_t pid;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    NEED(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    fd = signalfd(-1, &set, 0);
    NEED(fd >= 0);
    pid = fork();
    NEED(pid >= 0);
    if (!pid)
        _exit(kill(parent, SIGTERM) ? 1 : 0);
    SHOW(read(fd, &info, sizeof info));
    TELL(info.ssi_pid == (uint32_t)pid);
    printf("%d\n", reap(pid));
    return 0;
}
