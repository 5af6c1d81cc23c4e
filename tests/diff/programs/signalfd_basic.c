/* SPDX-License-Identifier: MIT */
/* signalfd_basic.c - a blocked signal is read from a descriptor with its sender. */
#include "tests/diff/diff.h"
#include <sys/signalfd.h>

int main(void)
{
    struct signalfd_siginfo info = {0};
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    NEED(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    fd = signalfd(-1, &set, SFD_NONBLOCK);
    NEED(fd >= 0);
    SHOW(read(fd, &info, sizeof info));
    kill(getpid(), SIGUSR2);
    SHOW(read(fd, &info, sizeof info));
    TELL(info.ssi_signo == SIGUSR2);
    TELL(info.ssi_code == SI_USER);
    TELL(info.ssi_pid == (uint32_t)getpid());
    TELL(info.ssi_uid == getuid());
    SHOW(read(fd, &info, sizeof info));
    say_pending("after the read");
    return 0;
}
