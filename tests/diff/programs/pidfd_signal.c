/* SPDX-License-Identifier: MIT */
/* pidfd_signal.c - a signal through a pidfd reaches its process, and ESRCH follows its end. */
#include "tests/diff/diff.h"

int main(void)
{
    pid_t pid = fork();
    int status;
    int fd;

    NEED(pid >= 0);
    if (!pid) {
        for (;;)
            pause();
    }
    fd = (int)syscall(SYS_pidfd_open, pid, 0);
    NEED(fd >= 0);
    SHOW(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
    SHOW(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
    NEED(waitpid(pid, &status, 0) == pid);
    say_status("child", status);
    SHOW(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
    SHOW(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
    return 0;
}
