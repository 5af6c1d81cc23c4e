/* SPDX-License-Identifier: MIT */
/* signalfd_queue.c - values of sigqueue and several records come with one read. */
#include "tests/diff/diff.h"
#include <sys/signalfd.h>

int main(void)
{
    struct signalfd_siginfo info[4];
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    sigaddset(&set, SIGUSR1);
    NEED(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    NEED(fd >= 0);
    TELL(fcntl(fd, F_GETFD) == FD_CLOEXEC);
    for (int i = 1; i <= 3; i++)
        NEED(sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = i * 11}) == 0);
    kill(getpid(), SIGUSR1);
    memset(info, 0, sizeof info);
    SHOW(read(fd, info, sizeof info[0] * 2 + 5));
    for (int i = 0; i < 2; i++)
        printf("%s %d %d\n", signal_name((int)info[i].ssi_signo), info[i].ssi_int,
               info[i].ssi_code == SI_QUEUE);
    SHOW(read(fd, info, sizeof info));
    for (int i = 0; i < 2; i++)
        printf("%s %d\n", signal_name((int)info[i].ssi_signo), info[i].ssi_int);
    return 0;
}
