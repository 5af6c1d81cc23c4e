/* SPDX-License-Identifier: MIT */
/* ioctl_notty.c - terminal requests on what is no terminal. */
#include "tests/diff/diff.h"

#include <termios.h>

int main(void)
{
    struct termios modes;
    struct winsize size;
    int tube[2];
    int number;

    NEED(pipe(tube) == 0);
    int fd = open("file", O_RDWR | O_CREAT, 0644);
    SHOW(isatty(0));
    SHOW(isatty(1));
    SHOW(isatty(fd));
    SHOW(tcgetattr(tube[0], &modes));
    SHOW(tcgetattr(fd, &modes));
    SHOW(ioctl(fd, TIOCGWINSZ, &size));
    SHOW(ioctl(tube[0], TIOCGPGRP, &number));
    SHOW(ioctl(fd, 0x12345678, &number));
    SHOW(ioctl(tube[1], 0x12345678, &number));
    SHOW(ioctl(fd, FIONREAD, &number));
    SHOW(ioctl(fd, FIONBIO, &(int){1}));
    TELL(fcntl(fd, F_GETFL) & O_NONBLOCK);
    SHOW(ioctl(fd, FIOCLEX));
    SHOW(fcntl(fd, F_GETFD));
    SHOW(ioctl(fd, FIONCLEX));
    SHOW(fcntl(fd, F_GETFD));
    SHOW(tcgetpgrp(fd));
    SHOW(tcsetpgrp(0, getpgrp()));
    return 0;
}
