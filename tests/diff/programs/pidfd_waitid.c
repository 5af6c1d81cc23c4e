/* SPDX-License-Identifier: MIT */
/* pidfd_waitid.c - waitid with P_PIDFD: results, no child, and a pidfd that does not block. */
#include "tests/diff/diff.h"

int main(void)
{
    siginfo_t info;
    int tube[2];
    char byte;
    pid_t pid;
    int fd, nonblock, own = (int)syscall(SYS_pidfd_open, getpid(), 0);

    NEED(pipe(tube) == 0 && own >= 0);
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        close(tube[1]);
        NEED(read(tube[0], &byte, 1) == 0);
        _exit(5);
    }
    close(tube[0]);
    fd = (int)syscall(SYS_pidfd_open, pid, 0);
    nonblock = (int)syscall(SYS_pidfd_open, pid, O_NONBLOCK);
    NEED(fd >= 0 && nonblock >= 0);
    SHOW(waitid(3, (id_t)fd, &info, WEXITED | WNOHANG));
    SHOW(waitid(3, (id_t)nonblock, &info, WEXITED));
    SHOW(waitid(3, (id_t)own, &info, WEXITED));
    SHOW(waitid(3, 1, &info, WEXITED));
    SHOW(waitid(3, 999, &info, WEXITED));
    close(tube[1]);
    SHOW(waitid(3, (id_t)fd, &info, WEXITED | WNOWAIT));
    SHOW(waitid(3, (id_t)fd, &info, WEXITED));
    TELL(info.si_pid == pid);
    printf("%d\n", info.si_status);
    SHOW(waitid(3, (id_t)fd, &info, WEXITED));
    return 0;
}
