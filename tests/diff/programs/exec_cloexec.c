/* SPDX-License-Identifier: MIT */
/* exec_cloexec.c - descriptors marked close-on-exec are gone in the new program, others stay. */
#include "tests/diff/diff.h"

int main(int argc, char **argv)
{
    if (argc > 1) {
        for (int fd = 10; fd < 16; fd++)
            printf("fd %d is %s\n", fd, fcntl(fd, F_GETFD) < 0 ? error_name(errno) : "open");
        return 0;
    }
    NEED(open("keep", O_RDWR | O_CREAT, 0644) == 3);
    NEED(dup2(3, 10) == 10);
    NEED(dup3(3, 11, O_CLOEXEC) == 11);
    NEED(dup2(3, 12) == 12);
    SHOW(fcntl(12, F_SETFD, FD_CLOEXEC));
    NEED(dup2(11, 13) == 13);
    NEED(fcntl(3, F_DUPFD_CLOEXEC, 14) == 14);
    NEED(fcntl(3, F_DUPFD, 15) == 15);
    for (int fd = 10; fd < 16; fd++)
        printf("F_GETFD of %d = %d\n", fd, fcntl(fd, F_GETFD));
    execl(argv[0], argv[0], "child", (char *)NULL);
    return 1;
}
