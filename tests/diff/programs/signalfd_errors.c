/* SPDX-License-Identifier: MIT */
/* signalfd_errors.c - signalfd's errors, changing a mask, a buffer that is too short. */
#include "tests/diff/diff.h"
#include <sys/signalfd.h>

int main(void)
{
    char small[100];
    sigset_t set;
    uint64_t mask = 1u << (SIGUSR1 - 1);
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    fd = signalfd(-1, &set, 0);
    NEED(fd >= 0);
    SHOW(read(fd, small, sizeof small));
    SHOW(write(fd, small, 8));
    SHOW(lseek(fd, 0, SEEK_SET));
    TELL(syscall(SYS_signalfd4, fd, &mask, 8, 0) == fd);
    SHOW(syscall(SYS_signalfd4, -1, &mask, 4, 0));
    SHOW(syscall(SYS_signalfd4, -1, BAD_POINTER, 8, 0));
    SHOW(syscall(SYS_signalfd4, -1, &mask, 8, 1));
    SHOW(syscall(SYS_signalfd4, 999, &mask, 8, 0));
    SHOW(syscall(SYS_signalfd4, 1, &mask, 8, 0));
    SHOW_OK(syscall(SYS_signalfd, -1, &mask, 8));
    return 0;
}
