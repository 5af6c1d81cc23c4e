/* SPDX-License-Identifier: MIT */
/* pidfd_siginfo.c - siginfo that a program passes along with a signal through a pidfd. */
#include "tests/diff/diff.h"

static volatile int value, code;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    value = info->si_value.sival_int;
    code = info->si_code;
}

int main(void)
{
    siginfo_t info;
    int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);

    NEED(fd >= 0);
    handle_signal(SIGUSR1, handler, 0);
    memset(&info, 0, sizeof info);
    info.si_signo = SIGUSR1;
    info.si_code = SI_QUEUE;
    info.si_value.sival_int = 4711;
    SHOW(syscall(SYS_pidfd_send_signal, fd, SIGUSR1, &info, 0));
    printf("%d %d\n", value, code == SI_QUEUE);
    info.si_signo = SIGUSR2;
    SHOW(syscall(SYS_pidfd_send_signal, fd, SIGUSR1, &info, 0));
    return 0;
}
