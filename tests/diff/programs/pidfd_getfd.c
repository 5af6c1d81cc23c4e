/* SPDX-License-Identifier: MIT */
/* pidfd_getfd.c - a descriptor of another process is duplicated; its offset is shared. */
#include "tests/diff/diff.h"

int main(void)
{
    int ready[2], go[2];
    char byte = 'x';
    pid_t pid;
    int fd, copy;

    NEED(pipe(ready) == 0 && pipe(go) == 0);
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        int file = open("file", O_RDWR | O_CREAT, 0644);
        NEED(dup2(file, 77) == 77);
        NEED(write(77, "hello", 5) == 5);
        NEED(write(ready[1], &byte, 1) == 1);
        NEED(read(go[0], &byte, 1) == 1);
        _exit((int)lseek(77, 0, SEEK_CUR));
    }
    NEED(read(ready[0], &byte, 1) == 1);
    fd = (int)syscall(SYS_pidfd_open, pid, 0);
    NEED(fd >= 0);
    copy = (int)SHOW_OK(syscall(SYS_pidfd_getfd, fd, 77, 0));
    TELL(fcntl(copy, F_GETFD) == FD_CLOEXEC);
    SHOW(write(copy, "!!", 2));
    SHOW(syscall(SYS_pidfd_getfd, fd, 76, 0));
    SHOW(syscall(SYS_pidfd_getfd, fd, 77, 1));
    SHOW(syscall(SYS_pidfd_getfd, 1, 77, 0));
    SHOW(syscall(SYS_pidfd_getfd, 999, 77, 0));
    NEED(write(go[1], &byte, 1) == 1);
    printf("%d\n", reap(pid));
    SHOW(syscall(SYS_pidfd_getfd, fd, 77, 0));
    say_file("file");
    return 0;
}
