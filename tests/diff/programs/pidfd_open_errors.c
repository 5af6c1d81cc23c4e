/* SPDX-License-Identifier: MIT */
/* pidfd_open_errors.c - pidfd_open and pidfd_send_signal refuse what they must. */
#include "tests/diff/diff.h"

int main(void)
{
    int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    pid_t gone = fork();

    NEED(fd >= 0 && gone >= 0);
    if (!gone)
        _exit(0);
    reap(gone);
    TELL(fcntl(fd, F_GETFD) == FD_CLOEXEC);
    SHOW(syscall(SYS_pidfd_open, gone, 0));
    SHOW(syscall(SYS_pidfd_open, 0, 0));
    SHOW(syscall(SYS_pidfd_open, -1, 0));
    SHOW(syscall(SYS_pidfd_open, getpid(), 1));
    SHOW(syscall(SYS_pidfd_send_signal, 999, 0, NULL, 0));
    SHOW(syscall(SYS_pidfd_send_signal, 1, 0, NULL, 0));
    SHOW(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
    SHOW(syscall(SYS_pidfd_send_signal, fd, 99, NULL, 0));
    SHOW(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0x80));
    SHOW(syscall(SYS_pidfd_send_signal, fd, SIGUSR1, BAD_POINTER, 0));
    SHOW(read(fd, &gone, 1));
    SHOW(write(fd, &gone, 1));
    return 0;
}
