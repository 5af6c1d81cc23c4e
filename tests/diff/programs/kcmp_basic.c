/* SPDX-License-Identifier: MIT */
/* kcmp_basic.c - which files and tables two processes share. */
#include "tests/diff/diff.h"

int main(void)
{
    pid_t own = getpid(), pid;
    int fd, copy, other, tube[2];
    char byte;

    make_text("file", "1");
    fd = open("file", O_RDONLY);
    copy = dup(fd);
    other = open("file", O_RDONLY);
    NEED(fd >= 0 && copy >= 0 && other >= 0 && pipe(tube) == 0);
    SHOW(syscall(SYS_kcmp, own, own, 0, fd, copy));
    TELL(syscall(SYS_kcmp, own, own, 0, fd, other) > 0);
    TELL(syscall(SYS_kcmp, own, own, 0, fd, other) + syscall(SYS_kcmp, own, own, 0, other, fd) ==
         3);
    SHOW(syscall(SYS_kcmp, own, own, 0, fd, 999));
    SHOW(syscall(SYS_kcmp, own, own, 1, 0, 0));
    SHOW(syscall(SYS_kcmp, own, 4000000, 1, 0, 0));
    SHOW(syscall(SYS_kcmp, own, own, 99, 0, 0));
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        close(tube[1]);
        NEED(read(tube[0], &byte, 1) == 0);
        _exit(0);
    }
    SHOW(syscall(SYS_kcmp, own, pid, 0, fd, fd));
    TELL(syscall(SYS_kcmp, own, pid, 1, 0, 0) > 0);
    TELL(syscall(SYS_kcmp, own, pid, 2, 0, 0) > 0);
    close(tube[1]);
    printf("%d\n", reap(pid));
    return 0;
}
