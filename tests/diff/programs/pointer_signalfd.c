/* SPDX-License-Identifier: MIT */
/* pointer_signalfd.c - reading a signalfd with pointers of every kind. */
#include "tests/diff/pointers.h"
#include <sys/signalfd.h>

int main(void)
{
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    NEED(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    fd = signalfd(-1, &set, SFD_NONBLOCK);

    EACH_POINTER((raise(SIGUSR1), syscall(SYS_read, fd, at, 128)));
    return 0;
}
